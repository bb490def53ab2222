package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
 * Each step of encoding alone, on one thread, in batches of 256 KiB a second (x 0.262 = MB/s). 256
 * batches are 64 MiB: more than any cache, and more than a branch predictor learns.
 *
 * <pre>
 * mvn -Pjmh -pl qemu-migration-transport -am process-test-classes
 * java --enable-native-access=ALL-UNNAMED -cp qemu-migration-transport/target/test-classes:\
 *   qemu-migration-transport/target/classes:$(cat qemu-migration-transport/target/benchmarks.classpath) \
 *   org.openjdk.jmh.Main BatchEncoding
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@OperationsPerInvocation(BatchEncodingBenchmark.BATCHES)
public class BatchEncodingBenchmark {

  static final int BATCHES = 256;

  /** As QEMU writes a page without a block name: 8 bytes in front of each. */
  private static final int PAGE_HEADER_BYTES = 8;

  private static final int HISTORY_PAGES = 64 * 1024;

  /**
   * What the pages hold: all zero; eight set bytes; words of a small vocabulary (about 5:1); random;
   * each third one zero, known or text.
   */
  @Param({"zero", "sparse", "text", "random", "mixed"})
  public String pages = "";

  @Param({"stored", "zstd1", "zstd3"})
  public String codec = "";

  @Param({"java", "chosen"})
  public String kernels = "";

  private final Batch[] batches = new Batch[BATCHES];
  private final ByteBuffer[] payloads = new ByteBuffer[BATCHES];
  private final ByteBuffer out = ByteBuffer.allocateDirect(Batch.RAW_BYTES);
  private ResidueCodec residueCodec = new StoredCodec();
  private PageKernels pageKernels = new JavaPageKernels();
  private SourceEncoder encoder = new SourceEncoder(0, pageKernels);

  @Setup
  public void makeBatches() {
    Random random = new Random(1);
    residueCodec =
        switch (codec) {
          case "zstd1" -> new ZstdCodec(1);
          case "zstd3" -> new ZstdCodec(3);
          default -> new StoredCodec();
        };
    pageKernels = "java".equals(kernels) ? pageKernels : KernelVariants.load().chosen();
    encoder = new SourceEncoder(HISTORY_PAGES, pageKernels);
    for (int i = 0; i < BATCHES; i++) {
      batches[i] = batch(random);
      encoder.digest(batches[i]);
      encoder.reference(batches[i]);
      payloads[i] = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
    }
    encode();
  }

  private Batch batch(Random random) {
    Batch batch = new Batch();
    ByteBuffer raw = batch.raw();
    while (raw.remaining() >= PAGE_HEADER_BYTES + PageSize.BYTES) {
      raw.putLong(raw.position());
      batch.addPage(raw.position(), raw.position());
      raw.put(page(pages, random));
    }
    return batch;
  }

  private static byte[] page(String kind, Random random) {
    byte[] page = new byte[PageSize.BYTES];
    switch (kind) {
      case "sparse" -> {
        for (int i = 0; i < 8; i++) {
          page[random.nextInt(page.length)] = (byte) random.nextInt();
        }
      }
      case "text" -> {
        for (int i = 0; i < page.length; i += Long.BYTES) {
          ByteBuffer.wrap(page).putLong(i, random.nextInt(400) * 0x9E3779B97F4A7C15L);
        }
      }
      case "random" -> random.nextBytes(page);
      case "mixed" -> {
        return switch (random.nextInt(3)) {
          case 0 -> page;
          case 1 -> filled(page, random.nextInt(1, 256));
          default -> page("text", random);
        };
      }
      default -> {} // zero
    }
    return page;
  }

  private static byte[] filled(byte[] page, int value) {
    Arrays.fill(page, (byte) value);
    return page;
  }

  @Benchmark
  public byte[] digest() {
    for (Batch batch : batches) {
      encoder.digest(batch);
    }
    return batches[0].digest;
  }

  @Benchmark
  public final ByteBuffer[] encode() {
    for (int i = 0; i < BATCHES; i++) {
      encoder.encode(batches[i], residueCodec, payloads[i].clear());
      payloads[i].flip();
    }
    return payloads;
  }

  @Benchmark
  public ByteBuffer unpackAndAssemble() throws CorruptBatchException {
    try (DestinationDecoder decoder = new DestinationDecoder(HISTORY_PAGES, pageKernels)) {
      for (ByteBuffer payload : payloads) {
        try (UnpackedBatch unpacked = decoder.unpack(payload)) {
          decoder.assemble(unpacked, out.clear());
        }
      }
    }
    return out;
  }
}
