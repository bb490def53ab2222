package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;

/** A stream in which no page is looked for. */
record OpaqueStream(String reason) implements StreamParser {
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
    return "opaque: " + reason;
  }
}
