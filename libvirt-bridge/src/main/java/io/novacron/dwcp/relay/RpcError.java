package io.novacron.dwcp.relay;

/**
 * What an error reply says ({@code virNetMessageError}); the fields behind the text are not read.
 *
 * @param code {@code virErrorNumber}
 * @param text libvirt's message in its own locale
 */
public record RpcError(int code, String text) {
  static RpcError parse(RpcMessage message) throws RpcException {
    XdrReader in = message.payload();
    int code = in.int32();
    in.int32();
    return new RpcError(code, in.optionalString().orElse("no message"));
  }

  /** For a reason: an error that cannot be read is still an error. */
  static String describe(RpcMessage message) {
    try {
      return parse(message).text();
    } catch (RpcException e) {
      return "libvirt's error cannot be read: " + e.problem();
    }
  }
}
