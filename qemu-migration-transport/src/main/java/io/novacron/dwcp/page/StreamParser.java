package io.novacron.dwcp.page;

import java.nio.ByteBuffer;

/**
 * Reads one forward stream as it passes and tells where pages lie in it. For one thread at a time;
 * memory is bounded whatever the stream holds.
 */
public interface StreamParser {
  /**
   * Consumes the bytes from position to limit, which continue the stream. Never throws on any
   * input, never keeps the buffer, leaves its position at its limit and its content and byte order
   * alone.
   */
  void parse(ByteBuffer bytes, PageSink sink);

  /** Where the stream is, as far as it has been consumed. */
  StreamPhase phase();

  /**
   * What it parses, for logs: "qemu-main", "qemu-multifd", "nbd", "opaque"; when it gave up, also
   * why and at which byte of the stream.
   */
  String description();
}
