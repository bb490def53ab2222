package io.novacron.dwcp.image;

import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.page.PageSize;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The blocks of an image, open for reading. A file that replaces it is not seen. */
record ImageContent(FileChannel file) implements DiskBaseline.Content {

  @Override
  public void read(int firstPage, ByteBuffer into) throws IOException {
    long at = (long) firstPage * PageSize.BYTES;
    while (into.hasRemaining()) {
      int read = file.read(into, at);
      if (read < 0) {
        throw new EOFException("the image ends at " + at);
      }
      at += read;
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException nothingWasWritten) {
      // Closing what was only read loses nothing.
    }
  }
}
