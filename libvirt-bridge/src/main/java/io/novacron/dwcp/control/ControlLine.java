package io.novacron.dwcp.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** One line of UTF-8 over a blocking channel, with a limit on its length. */
final class ControlLine {

  private static final int CHUNK_BYTES = 16 * 1024;

  private ControlLine() {}

  /**
   * Reads up to the first line end; what follows it is ignored.
   *
   * @throws EOFException when the channel ends before the line does
   * @throws IOException also for a line longer than {@code longestBytes}, line end included
   */
  static String read(ReadableByteChannel in, int longestBytes) throws IOException {
    var line = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, longestBytes));
    while (line.size() < longestBytes) {
      chunk.clear().limit(Math.min(chunk.capacity(), longestBytes - line.size()));
      if (in.read(chunk) < 0) {
        throw new EOFException("the line ended after " + line.size() + " bytes");
      }
      chunk.flip();
      while (chunk.hasRemaining()) {
        byte next = chunk.get();
        if (next == '\n') {
          return line.toString(UTF_8);
        }
        line.write(next);
      }
    }
    throw new IOException("a line exceeds " + longestBytes + " bytes");
  }

  static void write(WritableByteChannel out, String line) throws IOException {
    ByteBuffer left = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (left.hasRemaining()) {
      out.write(left);
    }
  }
}
