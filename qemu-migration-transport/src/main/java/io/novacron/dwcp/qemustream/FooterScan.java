package io.novacron.dwcp.qemustream;

import java.nio.ByteBuffer;

/**
 * Looks for the end of a section whose format is not known, and which has no length: a footer with
 * the section's id, followed by a section type and 4 bytes that can follow it.
 *
 * <p>By chance alone 10 bytes match once in 2^70; a guest that fakes them costs itself ratio.
 */
final class FooterScan {
  /** Says whether a section may begin like this. */
  @FunctionalInterface
  interface SectionStart {
    /**
     * Says so of the 5 bytes after a footer.
     *
     * @param type the section type
     * @param next the 4 bytes after it: a section's id, or a command's number and length
     */
    boolean isPlausible(int type, int next);
  }

  private final int sectionId;
  private final SectionStart sectionStart;

  /** The last 10 bytes: 2 in {@code older}, then 8. */
  private int older;

  private long newer;

  FooterScan(int sectionId, SectionStart sectionStart) {
    this.sectionId = sectionId;
    this.sectionStart = sectionStart;
  }

  /** Consumes bytes up to the 5th of the next section, or all. True when it stands there. */
  boolean findsNextSection(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      older = older << 8 | (int) (newer >>> 56);
      newer = newer << 8 | (bytes.get() & 0xff);
      if ((older & 0xff00) == SectionType.FOOTER << 8 && isFooter()) {
        return true;
      }
    }
    return false;
  }

  private boolean isFooter() {
    return (older << 24 | (int) (newer >>> 40)) == sectionId
        && sectionStart.isPlausible(type(), next());
  }

  int type() {
    return (int) (newer >>> 32) & 0xff;
  }

  int next() {
    return (int) newer;
  }
}
