package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;

/**
 * A whole message that the relays read.
 *
 * @param bytes the message as it came, with its length word; owned by this record
 */
public record RpcMessage(RpcHeader header, ByteBuffer bytes) implements RpcInput {
  public RpcMessage {
    bytes = bytes.asReadOnlyBuffer();
  }

  /** A view of its own position, from the length word on. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  /** A reader that stands behind the header. */
  XdrReader payload() {
    return new XdrReader(
        bytes.slice(RpcLimits.MIN_MESSAGE_BYTES, bytes.limit() - RpcLimits.MIN_MESSAGE_BYTES));
  }
}
