package io.novacron.dwcp.nbd;

/** What both directions of a connection found out while client and server negotiated. */
final class Handshake {
  private static final int HAS_FLAGS = 1;
  private static final int READ_ONLY = 1 << 1;
  private static final int SEND_FLUSH = 1 << 2;
  private static final int CAN_MULTI_CONN = 1 << 8;

  private boolean isPlain;
  private boolean isOver;
  private int exportFlags;

  /** From here on bytes only pass: TLS, an old form of negotiation, or nothing that is known. */
  void passOnly() {
    isPlain = true;
  }

  boolean isPlain() {
    return isPlain;
  }

  /**
   * The server described the export.
   *
   * @return the flags to hand on: several connections to one export would have to wait for each
   *     other's flushes, so the client is told that the server does not promise that
   */
  int exportFlags(int flags) {
    exportFlags = flags;
    return flags & ~CAN_MULTI_CONN;
  }

  /** The server granted NBD_OPT_GO: requests follow. */
  void over() {
    isOver = true;
  }

  boolean isOver() {
    return isOver;
  }

  /** Whether writes may be acknowledged early: without FLUSH nothing would tell their fate. */
  boolean allowsEarlyReplies() {
    return isOver
        && (exportFlags & (HAS_FLAGS | SEND_FLUSH | READ_ONLY)) == (HAS_FLAGS | SEND_FLUSH);
  }
}
