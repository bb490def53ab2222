package io.novacron.dwcp.page;

/** The one size of page that the encoding works on. */
public final class PageSize {
  /**
   * 4 KiB: the target page of x86-64 and of QEMU's aarch64 {@code virt} machine, and the least
   * block that a guest's file system writes to its disk.
   */
  public static final int BYTES = 4096;

  private PageSize() {}
}
