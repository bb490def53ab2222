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
   * Guest bytes of the first pass over RAM that the source has not reached yet; 0 when the first
   * pass is over or unknown. QEMU cannot stop the guest before it got through most of them.
   */
  default long firstPassBytesLeft() {
    return 0;
  }

  /**
   * Pages that the stream names as zero without their bytes, so that no page of it is one. They
   * travel as literal bytes, nine or ten each.
   */
  default long zeroPageRecords() {
    return 0;
  }

  /**
   * What it parses, for logs: "qemu-main", "qemu-multifd", "nbd", "opaque"; when it gave up, also
   * why and at which byte of the stream.
   */
  String description();
}
