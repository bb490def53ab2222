package io.novacron.dwcp.libvirt;

import com.sun.jna.ptr.LongByReference;
import io.novacron.dwcp.libvirt.jna.LibvirtFunctions;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;

/** Asks the libvirt of this host. One thread at a time. */
public final class LocalDowntimeLimits implements DowntimeLimits {
  private static final String WHAT = "limit the downtime of";

  private final LibvirtSocket libvirt;

  /**
   * @param socket of this host's libvirt, asked for each time
   */
  public LocalDowntimeLimits(Supplier<Path> socket) {
    this.libvirt = new LibvirtSocket(socket);
  }

  @Override
  public long millis(UUID guest) throws LibvirtException {
    LongByReference millis = new LongByReference();
    libvirt.ask(
        guest, WHAT, domain -> LibvirtFunctions.virDomainMigrateGetMaxDowntime(domain, millis, 0));
    return millis.getValue();
  }

  @Override
  public void set(UUID guest, long millis) throws LibvirtException {
    libvirt.ask(
        guest, WHAT, domain -> LibvirtFunctions.virDomainMigrateSetMaxDowntime(domain, millis, 0));
  }
}
