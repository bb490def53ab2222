package io.novacron.dwcp.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The kernels in plain Java: always there, and the reference that the native ones are tested
 * against.
 */
public final class JavaPageKernels implements PageKernels {

  /**
   * What a page is compared with, piece by piece: larger than a page of any guest but huge ones.
   */
  private static final MemorySegment ZEROES =
      MemorySegment.ofArray(new byte[64 * 1024]).asReadOnly();

  /** The JDK's digest has a state; the threads that call are the few workers. */
  private final ThreadLocal<JavaSha256> sha256 = ThreadLocal.withInitial(JavaSha256::new);

  @Override
  public void zeroPages(ByteBuffer base, PageSpans pages, byte[] zero) {
    pages.checkAgainst(base, zero);
    MemorySegment bytes = MemorySegment.ofBuffer(base);
    for (int i = 0; i < pages.count(); i++) {
      zero[i] = (byte) (isZero(bytes, pages.offsetsBytes()[i], pages.pageBytes()) ? 1 : 0);
    }
  }

  /** MemorySegment.mismatch is an intrinsic: about 35 GB/s on one core of a 2-core EPYC guest. */
  private static boolean isZero(MemorySegment bytes, long offset, long lengthBytes) {
    for (long done = 0; done < lengthBytes; done += ZEROES.byteSize()) {
      long piece = Math.min(lengthBytes - done, ZEROES.byteSize());
      long from = offset + done;
      if (MemorySegment.mismatch(bytes, from, from + piece, ZEROES, 0, piece) >= 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void xor(ByteBuffer old, ByteBuffer current, ByteBuffer dst, int lengthBytes) {
    PageSpans.checkXor(old, current, dst, lengthBytes);
    MemorySegment oldBytes = MemorySegment.ofBuffer(old);
    MemorySegment currentBytes = MemorySegment.ofBuffer(current);
    MemorySegment dstBytes = MemorySegment.ofBuffer(dst);
    int at = 0;
    for (; at <= lengthBytes - Long.BYTES; at += Long.BYTES) {
      long word =
          oldBytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at)
              ^ currentBytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      dstBytes.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word);
    }
    for (; at < lengthBytes; at++) {
      int delta =
          oldBytes.get(ValueLayout.JAVA_BYTE, at) ^ currentBytes.get(ValueLayout.JAVA_BYTE, at);
      dstBytes.set(ValueLayout.JAVA_BYTE, at, (byte) delta);
    }
  }

  @Override
  public void digestPages(ByteBuffer base, PageSpans pages, byte[] digests) {
    pages.checkDigests(base, digests);
    for (int i = 0; i < pages.count(); i++) {
      digestPage(base, pages, i, digests);
    }
  }

  @Override
  public void digestNonZeroPages(ByteBuffer base, PageSpans pages, byte[] zero, byte[] digests) {
    pages.checkDigests(base, digests);
    zeroPages(base, pages, zero);
    for (int i = 0; i < pages.count(); i++) {
      if (zero[i] == 0) {
        digestPage(base, pages, i, digests);
      }
    }
  }

  private void digestPage(ByteBuffer base, PageSpans pages, int page, byte[] digests) {
    JavaSha256 digest = sha256.get();
    digest.update(base, base.position() + pages.offsetsBytes()[page], pages.pageBytes());
    digest.finish(digests, page * DIGEST_BYTES);
  }

  @Override
  public void sha256(ByteBuffer base, ByteRanges ranges, byte[] digest) {
    ranges.checkWithin(base);
    Objects.checkFromIndexSize(0, DIGEST_BYTES, digest.length);
    JavaSha256 running = sha256.get();
    for (int i = 0; i < ranges.count(); i++) {
      int offset = base.position() + ranges.offsetsBytes()[i];
      running.update(base, offset, ranges.lengthsBytes()[i]);
    }
    running.finish(digest, 0);
  }

  @Override
  public void writeDeltas(
      ByteBuffer current, DeltaPages pages, ByteBuffer runs, ByteBuffer changes) {
    pages.checkWithin(current, runs, changes);
    new JavaDeltas(current, pages, runs, changes).write();
  }

  @Override
  public @Nullable String measureDeltas(
      ByteBuffer runs, int count, int[] runsBytes, int[] changesBytes) {
    DeltaPages.checkLengths(runs, count, runsBytes, changesBytes);
    return JavaDeltas.fault(runs, count, runsBytes, changesBytes);
  }

  @Override
  public void applyDeltas(ByteBuffer pages, int count, ByteBuffer runs, ByteBuffer changes) {
    DeltaPages.checkApply(pages, count, runs, changes);
    int[] runsBytes = new int[count];
    int[] changesBytes = new int[count];
    String fault = JavaDeltas.fault(runs, count, runsBytes, changesBytes);
    if (fault == null && IntStream.of(changesBytes).sum() > changes.remaining()) {
      fault = "fewer changes than the runs stand for";
    }
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
    JavaDeltas.apply(pages, count, runs, changes);
  }

  @Override
  public void hashPages(ByteBuffer base, PageSpans pages, long[] hashes) {
    pages.checkHashes(base, hashes, 1);
    MemorySegment bytes = MemorySegment.ofBuffer(base);
    JavaHash hash = new JavaHash();
    for (int i = 0; i < pages.count(); i++) {
      hashes[i] = hash.of(bytes, pages.offsetsBytes()[i], pages.pageBytes());
    }
  }

  @Override
  public void hashWindows(ByteBuffer base, PageSpans pages, long[] hashes) {
    pages.checkHashes(base, hashes, HASH_WINDOWS);
    MemorySegment bytes = MemorySegment.ofBuffer(base);
    JavaHash hash = new JavaHash();
    int quarter = pages.pageBytes() / HASH_WINDOWS;
    for (int i = 0; i < pages.count() * HASH_WINDOWS; i++) {
      int offset =
          pages.offsetsBytes()[i / HASH_WINDOWS] + i % HASH_WINDOWS * quarter + quarter / 2;
      hashes[i] = hash.of(bytes, offset, JavaHash.STRIPE_BYTES);
    }
  }

  @Override
  public void shuffleWidths(ByteBuffer base, PageSpans pages, byte[] widths) {
    pages.checkWidths(base, widths);
    JavaShuffle shuffle = new JavaShuffle();
    for (int i = 0; i < pages.count(); i++) {
      widths[i] = shuffle.width(base, base.position() + pages.offsetsBytes()[i]);
    }
  }

  @Override
  public void shufflePages(ByteBuffer pages, int count, byte[] widths) {
    JavaShuffle.check(pages, count, widths);
    JavaShuffle shuffle = new JavaShuffle();
    for (int i = 0; i < count; i++) {
      shuffle.shuffle(pages, pages.position() + i * DELTA_PAGE_BYTES, widths[i]);
    }
  }

  @Override
  public void unshufflePages(ByteBuffer pages, int count, byte[] widths) {
    JavaShuffle.check(pages, count, widths);
    JavaShuffle shuffle = new JavaShuffle();
    for (int i = 0; i < count; i++) {
      shuffle.unshuffle(pages, pages.position() + i * DELTA_PAGE_BYTES, widths[i]);
    }
  }

  @Override
  public String variant() {
    return "java";
  }
}
