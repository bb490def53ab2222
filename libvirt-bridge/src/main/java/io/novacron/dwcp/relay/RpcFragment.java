package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;

/**
 * A piece of a message that nobody here reads; pass it on.
 *
 * @param bytes a view of the bytes that were pushed, valid as long as they are
 * @param first whether the message begins here: the place to judge its procedure number
 * @param last whether the message ends here: only then may another message be put behind it
 */
public record RpcFragment(RpcHeader header, ByteBuffer bytes, boolean first, boolean last)
    implements RpcInput {}
