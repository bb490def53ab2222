package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.ByteRanges;
import io.novacron.dwcp.kernels.DeltaPages;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each page kernel alone, on one thread, in pages a microsecond (x 4.096 = GB/s), 64 pages a call.
 * 256 batches are 64 MiB, more than any cache; one is what the data path has just read. Run it once for each value of DWCP_KERNELS in the environment:
 *
 * <pre>
 * mvn -Pjmh -pl qemu-migration-transport -am process-test-classes
 * DWCP_KERNELS=scalar java --enable-native-access=ALL-UNNAMED -cp … org.openjdk.jmh.Main KernelBenchmark -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OperationsPerInvocation(KernelBenchmark.BATCHES * KernelBenchmark.PAGES)
public class KernelBenchmark {

  /** Calls of one invocation. */
  static final int BATCHES = 256;

  static final int PAGES = 64;

  private static final int PAGE_BYTES = PageSize.BYTES;
  private static final int MOST_BYTES = PAGE_BYTES / 2;

  @Param({"java", "native"})
  public String kernels = "";

  /** How many of the batches are distinct: 1 stays in the cache, 256 do not. */
  @Param({"1", "256"})
  public int distinct = 1;

  private PageKernels pageKernels = new JavaPageKernels();
  private final ByteBuffer memory = ByteBuffer.allocateDirect(BATCHES * PAGES * PAGE_BYTES);
  private final ByteBuffer zeroes = ByteBuffer.allocateDirect(BATCHES * PAGES * PAGE_BYTES);
  private final MemorySegment older =
      Arena.global().allocate((long) BATCHES * PAGES * PAGE_BYTES, PAGE_BYTES);
  private final int[] offsets = new int[PAGES];
  private final PageSpans spans = new PageSpans(offsets, PAGES, PAGE_BYTES);
  private final byte[] zero = new byte[PAGES];
  private final byte[] digests = new byte[PAGES * PageKernels.DIGEST_BYTES];
  private final long[] hashes = new long[PAGES * PageKernels.HASH_WINDOWS];
  private final ByteRanges whole =
      new ByteRanges(new int[] {0}, new int[] {PAGES * PAGE_BYTES}, 1);
  private final DeltaPages[] deltaPages = new DeltaPages[BATCHES];
  private final ByteBuffer[] runs = new ByteBuffer[BATCHES];
  private final ByteBuffer[] changes = new ByteBuffer[BATCHES];
  private final ByteBuffer[] batches = new ByteBuffer[BATCHES];
  private final ByteBuffer[] zeroBatches = new ByteBuffer[BATCHES];
  private final ByteBuffer tables = ByteBuffer.allocateDirect(PAGES * PAGE_BYTES);
  private final byte[] widths = new byte[PAGES];
  private final int[] runsBytes = new int[PAGES];
  private final int[] changesBytes = new int[PAGES];

  /** The older version of each page differs in four places of 16 bytes. */
  @Setup
  public void makePages() {
    pageKernels = "java".equals(kernels) ? pageKernels : KernelVariants.load().chosen();
    System.out.println("# kernels: " + pageKernels.variant());
    Random random = new Random(1);
    byte[] page = new byte[PAGE_BYTES];
    for (int offset = 0; offset < memory.capacity(); offset += PAGE_BYTES) {
      random.nextBytes(page);
      memory.put(offset, page);
      for (int place = 0; place < 4; place++) {
        int at = random.nextInt(PAGE_BYTES - 16);
        for (int i = at; i < at + 16; i++) {
          page[i] ^= (byte) random.nextInt(1, 256);
        }
      }
      MemorySegment.copy(MemorySegment.ofArray(page), 0, older, offset, PAGE_BYTES);
    }
    for (int i = 0; i < PAGES; i++) {
      offsets[i] = i * PAGE_BYTES;
      widths[i] = 8;
    }
    for (int at = 0; at < tables.capacity(); at += Long.BYTES) {
      tables.putLong(at, at * 8191L);
    }
    for (int batch = 0; batch < BATCHES; batch++) {
      makeBatch(batch);
    }
  }

  private void makeBatch(int batch) {
    int start = batch % distinct * PAGES * PAGE_BYTES;
    batches[batch] = memory.slice(start, PAGES * PAGE_BYTES);
    zeroBatches[batch] = zeroes.slice(start, PAGES * PAGE_BYTES);
    deltaPages[batch] = new DeltaPages(PAGES, MOST_BYTES);
    for (int i = 0; i < PAGES; i++) {
      deltaPages[batch].add(i * PAGE_BYTES, older, (long) start + i * PAGE_BYTES);
    }
    runs[batch] = ByteBuffer.allocateDirect(PAGES * MOST_BYTES);
    changes[batch] = ByteBuffer.allocateDirect(PAGES * MOST_BYTES);
    pageKernels.writeDeltas(batches[batch], deltaPages[batch], runs[batch], changes[batch]);
  }

  @Benchmark
  public byte[] zeroPagesThatAreZero() {
    for (ByteBuffer batch : zeroBatches) {
      pageKernels.zeroPages(batch, spans, zero);
    }
    return zero;
  }

  @Benchmark
  public byte[] digestNonZeroPages() {
    for (ByteBuffer batch : batches) {
      pageKernels.digestNonZeroPages(batch, spans, zero, digests);
    }
    return digests;
  }

  @Benchmark
  public byte[] sha256OfOneRange() {
    for (ByteBuffer batch : batches) {
      pageKernels.sha256(batch, whole, digests);
    }
    return digests;
  }

  @Benchmark
  public DeltaPages[] writeDeltas() {
    for (int i = 0; i < BATCHES; i++) {
      pageKernels.writeDeltas(batches[i], deltaPages[i], runs[i], changes[i]);
    }
    return deltaPages;
  }

  @Benchmark
  public int[] measureDeltas() {
    for (ByteBuffer each : runs) {
      pageKernels.measureDeltas(each, PAGES, runsBytes, changesBytes);
    }
    return changesBytes;
  }

  /** In place, so that each second call undoes the one before. */
  @Benchmark
  public ByteBuffer[] applyDeltas() {
    for (int i = 0; i < BATCHES; i++) {
      pageKernels.applyDeltas(zeroBatches[i], PAGES, runs[i], changes[i]);
    }
    return zeroBatches;
  }

  @Benchmark
  public long[] hashPages() {
    for (ByteBuffer batch : batches) {
      pageKernels.hashPages(batch, spans, hashes);
    }
    return hashes;
  }

  @Benchmark
  public long[] hashWindows() {
    for (ByteBuffer batch : batches) {
      pageKernels.hashWindows(batch, spans, hashes);
    }
    return hashes;
  }

  /** Of pages that take the longest: no test before the last one settles it. */
  @Benchmark
  public byte[] shuffleWidthsOfTables() {
    for (int batch = 0; batch < BATCHES; batch++) {
      pageKernels.shuffleWidths(tables, spans, widths);
    }
    return widths;
  }

  /** Of noise, which the first test settles. */
  @Benchmark
  public byte[] shuffleWidthsOfNoise() {
    byte[] chosen = new byte[PAGES];
    for (ByteBuffer batch : batches) {
      pageKernels.shuffleWidths(batch, spans, chosen);
    }
    return chosen;
  }

  /** There and back. */
  @Benchmark
  public ByteBuffer shuffleAndUnshuffle() {
    for (int batch = 0; batch < BATCHES; batch++) {
      pageKernels.shufflePages(tables, PAGES, widths);
      pageKernels.unshufflePages(tables, PAGES, widths);
    }
    return tables;
  }

  /** What a call costs before it does anything: one page of 512 bytes, in calls, not pages. */
  @Benchmark
  @OperationsPerInvocation(BATCHES)
  public byte[] callForOneSmallPage() {
    PageSpans one = new PageSpans(offsets, 1, 512);
    for (ByteBuffer batch : batches) {
      pageKernels.zeroPages(batch, one, zero);
    }
    return zero;
  }
}
