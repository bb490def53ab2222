package io.novacron.dwcp.session;

import io.novacron.dwcp.wire.PayloadBuffer;

/**
 * One connection on this host that a channel carries: to libvirt, to a source QEMU that connected
 * here, or to the destination QEMU. Session thread only.
 */
public interface LocalEnd {
  /**
   * Writes the bytes in order. Owns {@code bytes} and releases them; then runs {@code written} when
   * the kernel took all of them. When the connection fails instead, {@link ChannelEnd#localReset}
   * is called and {@code written} never runs.
   */
  void deliver(PayloadBuffer bytes, Runnable written);

  /** Half-close: nothing more will be delivered. What was delivered before reaches the reader. */
  void deliverEnd();

  /** Breaks the connection so that its other side sees an error, not a clean end. */
  void reset(String reason);

  /**
   * The session is over while libvirt waits for the answer to its Finish call, so nobody here knows
   * which host runs the guest. The connection stays open, silent but for keepalives: libvirt would
   * take its break for leave to run the guest here. One that libvirt does not take so is reset.
   */
  default void hold(String reason) {
    reset(reason);
  }

  /** Asks for the next bytes: one call gives at most {@link ChannelEnd#MAX_READ_BYTES}. */
  void requestBytes();

  /**
   * Whether a QEMU behind it decides from the rate at which it is read when to stop its guest. What
   * is only a recording has no guest to stop, and is read as fast as the channel takes it.
   */
  default boolean isPaced() {
    return true;
  }
}
