package io.novacron.dwcp.qemustream;

/** The byte that each section begins with (QEMU 10.0 migration/savevm.h, QEMU_VM_*). */
final class SectionType {
  static final int EOF = 0x00;
  static final int START = 0x01;
  static final int PART = 0x02;
  static final int END = 0x03;
  static final int FULL = 0x04;
  static final int SUBSECTION = 0x05;
  static final int VMDESCRIPTION = 0x06;
  static final int CONFIGURATION = 0x07;
  static final int COMMAND = 0x08;

  /** Follows the body of a START, PART, END or FULL, with the section's id once more. */
  static final int FOOTER = 0x7e;

  private SectionType() {}
}
