package io.novacron.dwcp.libvirt;

import java.util.UUID;

/**
 * How long QEMU may have a guest of this host stand still at the end of a migration, in
 * milliseconds: what {@code virsh migrate-getmaxdowntime} shows. It holds for the migration that
 * runs; libvirt puts back what was before when one fails. Each call may wait for libvirt.
 */
public interface DowntimeLimits {
  long millis(UUID guest) throws LibvirtException;

  void set(UUID guest, long millis) throws LibvirtException;
}
