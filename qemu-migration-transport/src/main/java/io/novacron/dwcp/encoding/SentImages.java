package io.novacron.dwcp.encoding;

import java.util.List;

/**
 * The images that the source may refer to, in the order of their slots. Not changed once the first
 * page is placed; any thread.
 */
final class SentImages implements AutoCloseable {
  static final SentImages NONE = new SentImages(Integer.MAX_VALUE, List.of());

  private final int firstSlot;
  private final ImageIndex[] images;

  /**
   * @param firstSlot of the first image's first block
   * @param images closed in the end
   */
  SentImages(int firstSlot, List<ImageIndex> images) {
    this.firstSlot = firstSlot;
    this.images = images.toArray(ImageIndex[]::new);
  }

  /** The slot of a block with this content, or -1. */
  int find(byte[] digest, int offset) {
    int slot = firstSlot;
    for (ImageIndex image : images) {
      int block = image.find(digest, offset);
      if (block >= 0) {
        return slot + block;
      }
      slot += image.pages();
    }
    return -1;
  }

  /** Whether a slot of this direction is a block of an image. */
  boolean has(int slot) {
    return slot >= firstSlot;
  }

  @Override
  public void close() {
    for (ImageIndex image : images) {
      image.close();
    }
  }
}
