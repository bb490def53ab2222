package io.novacron.dwcp.encoding;

import java.nio.ByteBuffer;

/** The pages of a baseline that is about to be written. One thread at a time. */
public interface BaselineContent {

  BaselineIndex index();

  /** Appends the 4096 bytes of a page. */
  void copyPage(int page, ByteBuffer out);
}
