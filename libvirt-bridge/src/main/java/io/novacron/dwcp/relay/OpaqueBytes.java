package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;

/**
 * Bytes behind the point from which a connection no longer reads as libvirt RPC; pass them on.
 *
 * @param bytes a view of the bytes that were pushed, valid as long as they are
 * @param reason what was seen at that point and what was expected
 */
public record OpaqueBytes(ByteBuffer bytes, String reason) implements RpcInput {}
