package io.novacron.dwcp.relay;

/** libvirt's own limits (src/rpc/virnetprotocol.x, src/remote/remote_protocol.x; 9.0 and 11.3). */
final class RpcLimits {
  /** The length word, which counts itself. */
  static final int LENGTH_WORD_BYTES = 4;

  static final int MIN_MESSAGE_BYTES = LENGTH_WORD_BYTES + RpcHeader.BYTES;

  /** VIR_NET_MESSAGE_MAX, 32 MiB of header and payload, and the length word that it leaves out. */
  static final int MAX_MESSAGE_BYTES = 32 * 1024 * 1024 + LENGTH_WORD_BYTES;

  /** REMOTE_STRING_MAX. */
  static final int MAX_STRING_BYTES = 4 * 1024 * 1024;

  /** REMOTE_MIGRATE_COOKIE_MAX. */
  static final int MAX_COOKIE_BYTES = 4 * 1024 * 1024;

  /** REMOTE_DOMAIN_MIGRATE_PARAM_LIST_MAX. */
  static final int MAX_PARAMETERS = 64;

  private RpcLimits() {}
}
