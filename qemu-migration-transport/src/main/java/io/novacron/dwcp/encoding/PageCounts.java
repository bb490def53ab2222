package io.novacron.dwcp.encoding;

/**
 * How the bytes of one direction have travelled so far.
 *
 * @param zero pages that held only zero bytes
 * @param reference pages whose content had been sent before in this migration
 * @param delta pages sent as their difference from a page sent before, as part of a residue
 * @param full pages sent whole, as part of a residue
 * @param literalBytes bytes outside any page, part of a residue too
 * @param baseline pages whose content is that of a page in the baseline of an earlier migration
 * @param image pages whose content is that of a block of an image below one of the guest's disks
 */
public record PageCounts(
    long zero,
    long reference,
    long delta,
    long full,
    long literalBytes,
    long baseline,
    long image) {

  public static final PageCounts NONE = new PageCounts(0, 0, 0, 0, 0);

  /** Without a baseline and without images. */
  public PageCounts(long zero, long reference, long delta, long full, long literalBytes) {
    this(zero, reference, delta, full, literalBytes, 0, 0);
  }

  public PageCounts plus(PageCounts more) {
    return new PageCounts(
        zero + more.zero,
        reference + more.reference,
        delta + more.delta,
        full + more.full,
        literalBytes + more.literalBytes,
        baseline + more.baseline,
        image + more.image);
  }
}
