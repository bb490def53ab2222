package io.novacron.dwcp.wire;

/** What a channel carries; decides which parser reads it and how urgent it is (PROTOCOL.md 4.4). */
public enum ChannelKind {
  /** libvirt RPC of one connection to HOST.sock. */
  LIBVIRT_RPC(1),
  /** A connection to the destination QEMU's migration port: main, multifd or post-copy preempt. */
  MEMORY(2),
  /** A connection to the destination QEMU's NBD server: one disk. */
  DISK(3);

  private final int code;

  ChannelKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static ChannelKind ofCode(int code) throws WireException {
    return switch (code) {
      case 1 -> LIBVIRT_RPC;
      case 2 -> MEMORY;
      case 3 -> DISK;
      default -> throw new WireException("channel kind " + code + "; expected 1, 2 or 3");
    };
  }
}
