package io.novacron.dwcp.replay;

/**
 * What one passage of a recording took. The names are the keys of {@code dwcp replay --json}.
 *
 * @param rawBytes of QEMU's stream
 * @param wireBytes frames of the channel, headers included, as {@code dwcp history} counts them
 * @param ratio raw bytes for each wire byte
 * @param seconds from the channel's opening until the last byte was compared at the destination
 * @param cpuSeconds of this process in that time: source, destination and the JVM's own threads
 * @param megabytesPerSecond raw, in 10^6 bytes
 * @param megabytesPerSecondPerCore raw, for each second of one core
 * @param peakMemoryBytes most anonymous memory of this process seen in that time: heap, buffers and
 *     page history of both sides, without the recording
 * @param parser what the source made of the stream
 */
public record VisitResult(
    long rawBytes,
    long wireBytes,
    double ratio,
    double seconds,
    double cpuSeconds,
    double megabytesPerSecond,
    double megabytesPerSecondPerCore,
    long peakMemoryBytes,
    String parser,
    Tiers tiers) {

  /**
   * How the stream travelled. Pages are 4 KiB of the guest's memory and count as often as they were
   * sent.
   *
   * @param zero only zero bytes; those that QEMU names itself included
   * @param reference content that the destination held already
   * @param baseline content that both sides kept of the visit before
   * @param delta sent as the difference to a page that the destination held
   * @param full sent whole, compressed
   * @param literalBytes everything that is no page: headers, devices, and the few pages that a
   *     batch's end cut in two
   */
  public record Tiers(
      Tier zero, Tier reference, Tier baseline, Tier delta, Tier full, long literalBytes) {}

  /**
   * One tier's share.
   *
   * @param bytes the same in bytes of memory, before encoding
   */
  public record Tier(long pages, long bytes) {}
}
