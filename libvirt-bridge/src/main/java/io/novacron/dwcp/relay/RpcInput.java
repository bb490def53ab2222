package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;

/** What {@link RpcMessageReader} makes of the bytes of one direction, in their order. */
public sealed interface RpcInput permits RpcMessage, RpcFragment, OpaqueBytes {
  /** What is passed on where nothing is changed. */
  ByteBuffer bytes();
}
