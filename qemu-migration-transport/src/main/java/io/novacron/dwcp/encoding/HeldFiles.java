package io.novacron.dwcp.encoding;

import java.util.ArrayList;
import java.util.List;

/**
 * The slots of one direction that name pages in files of the destination's host: the baseline of a
 * disk, or the images below a guest's disks, one behind the other. Not changed once the first batch
 * is there; any thread.
 */
final class HeldFiles implements AutoCloseable {
  static final HeldFiles NONE = new HeldFiles(Integer.MAX_VALUE, List.of(), false);

  private final int firstSlot;
  private final List<DiskBaseline> files;
  private final boolean areImages;

  private HeldFiles(int firstSlot, List<DiskBaseline> files, boolean areImages) {
    this.firstSlot = firstSlot;
    this.files = List.copyOf(files);
    this.areImages = areImages;
  }

  /**
   * @param firstSlot of the disk's first page
   * @param disk closed in the end
   */
  static HeldFiles ofDisk(int firstSlot, DiskBaseline disk) {
    return new HeldFiles(firstSlot, List.of(disk), false);
  }

  /**
   * @param firstSlot of the first image's first block
   * @param images closed in the end
   */
  static HeldFiles ofImages(int firstSlot, List<ImageIndex> images) {
    List<DiskBaseline> files = new ArrayList<>();
    images.forEach(each -> files.add(each.blocks()));
    return new HeldFiles(firstSlot, files, true);
  }

  boolean areImages() {
    return areImages;
  }

  /** For errors. {@code DiskVisits} and {@code ImageVisits} look for these words. */
  String what() {
    return areImages ? "the guest's image" : "the disk's baseline";
  }

  /** Slots from there on are in files. */
  int firstSlot() {
    return firstSlot;
  }

  /**
   * The file in which the page of that slot lies.
   *
   * @throws CorruptBatchException if no slot is that high
   */
  DiskBaseline file(int slot) throws CorruptBatchException {
    return files.get(at(slot));
  }

  /** What number the page of that slot has in its file. */
  int page(int slot) throws CorruptBatchException {
    int page = slot - firstSlot;
    for (int file = at(slot) - 1; file >= 0; file--) {
      page -= files.get(file).pages();
    }
    return page;
  }

  private int at(int slot) throws CorruptBatchException {
    long end = firstSlot;
    for (int file = 0; file < files.size(); file++) {
      end += files.get(file).pages();
      if (slot < end) {
        return file;
      }
    }
    throw new CorruptBatchException("a reference to slot %d, the last is %d".formatted(slot, end));
  }

  @Override
  public void close() {
    files.forEach(DiskBaseline::close);
  }
}
