package io.novacron.dwcp.session;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;

/** Bytes in which no pages are looked for: libvirt RPC and every return path. */
final class OpaqueStream implements StreamParser {
  @Override
  public void parse(ByteBuffer bytes, PageSink sink) {
    bytes.position(bytes.limit());
  }

  @Override
  public StreamPhase phase() {
    return StreamPhase.OPAQUE;
  }

  @Override
  public String description() {
    return "opaque";
  }
}
