package io.novacron.dwcp.relay;

/** What {@link RpcMessageReader} makes of the bytes of one direction, in their order. */
public sealed interface RpcInput permits RpcMessage, RpcFragment, OpaqueBytes {}
