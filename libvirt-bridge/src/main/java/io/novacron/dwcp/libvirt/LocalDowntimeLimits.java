package io.novacron.dwcp.libvirt;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import io.novacron.dwcp.libvirt.jna.LibvirtFunctions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the libvirt of this host, over a connection of its own for each question: there are a few in
 * a migration, and none holds anything while libvirt restarts. One thread at a time.
 */
public final class LocalDowntimeLimits implements DowntimeLimits {
  /** libvirt writes errors to stderr unless told otherwise; ours go where who asked wants them. */
  private static final LibvirtFunctions.ErrorFunction SILENT = (userData, error) -> {};

  private static final class Library {
    static final String PROBLEM = load();

    private static String load() {
      try {
        LibvirtFunctions.register();
        LibvirtFunctions.virSetErrorFunc(null, SILENT);
        return "";
      } catch (UnsatisfiedLinkError e) {
        return "libvirt.so.0 cannot be used: " + e.getMessage();
      }
    }
  }

  private interface Question {
    /** Negative: libvirt refused. */
    int ask(Pointer domain);
  }

  private final Supplier<Path> socket;

  /**
   * @param socket of this host's libvirt, asked for each time
   */
  public LocalDowntimeLimits(Supplier<Path> socket) {
    this.socket = socket;
  }

  @Override
  public long millis(UUID guest) throws LibvirtException {
    LongByReference millis = new LongByReference();
    ask(guest, domain -> LibvirtFunctions.virDomainMigrateGetMaxDowntime(domain, millis, 0));
    return millis.getValue();
  }

  @Override
  public void set(UUID guest, long millis) throws LibvirtException {
    ask(guest, domain -> LibvirtFunctions.virDomainMigrateSetMaxDowntime(domain, millis, 0));
  }

  private void ask(UUID guest, Question question) throws LibvirtException {
    if (!Library.PROBLEM.isEmpty()) {
      throw new LibvirtException(Library.PROBLEM);
    }
    String uri = "qemu+unix:///system?socket=" + socket.get();
    Pointer connection = orThrow(LibvirtFunctions.virConnectOpen(uri), "open " + uri);
    try {
      Pointer domain =
          orThrow(
              LibvirtFunctions.virDomainLookupByUUID(connection, bytes(guest)), "find " + guest);
      try {
        if (question.ask(domain) < 0) {
          throw refused("limit the downtime of " + guest);
        }
      } finally {
        LibvirtFunctions.virDomainFree(domain);
      }
    } finally {
      LibvirtFunctions.virConnectClose(connection);
    }
  }

  private static byte[] bytes(UUID guest) {
    return ByteBuffer.allocate(16)
        .putLong(guest.getMostSignificantBits())
        .putLong(guest.getLeastSignificantBits())
        .array();
  }

  private static Pointer orThrow(@Nullable Pointer result, String what) throws LibvirtException {
    if (result == null) {
      throw refused(what);
    }
    return result;
  }

  private static LibvirtException refused(String what) {
    String why = LibvirtFunctions.virGetLastErrorMessage();
    return new LibvirtException("libvirt could not " + what + ": " + why);
  }
}
