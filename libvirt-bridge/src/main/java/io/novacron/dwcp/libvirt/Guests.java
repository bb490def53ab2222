package io.novacron.dwcp.libvirt;

import java.util.UUID;

/** The guests of one host, by its libvirt. Each call may wait for it. Any thread. */
public interface Guests {
  GuestState state(UUID guest) throws LibvirtException;

  /** Ends a guest at once, as if its power was cut. */
  void destroy(UUID guest) throws LibvirtException;
}
