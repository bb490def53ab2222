package io.novacron.dwcp.qemustream;

/** The ids of the sections that have begun, and will go on in PARTs and an END. */
final class IterableSections {
  /** RAM, and one per assigned device and per few bus types. */
  static final int MAX_SECTIONS = 256;

  private static final int NONE = -1;

  private final int[] ids = new int[MAX_SECTIONS];
  private int count;
  private int ramId = NONE;

  /** False when there are {@link #MAX_SECTIONS} already. */
  boolean add(int sectionId) {
    if (contains(sectionId)) {
      return true;
    }
    if (count == MAX_SECTIONS) {
      return false;
    }
    ids[count] = sectionId;
    count++;
    return true;
  }

  void setRam(int sectionId) {
    ramId = sectionId;
  }

  boolean isRam(int sectionId) {
    return ramId != NONE && ramId == sectionId;
  }

  boolean contains(int sectionId) {
    for (int i = 0; i < count; i++) {
      if (ids[i] == sectionId) {
        return true;
      }
    }
    return false;
  }
}
