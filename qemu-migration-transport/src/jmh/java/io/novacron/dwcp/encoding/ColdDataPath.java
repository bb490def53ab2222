package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What the first 500 MB cost in a JVM that has compiled nothing: each batch is digested,
 * referenced, encoded with zstd 1, unpacked and assembled on one thread. A program and no JMH
 * benchmark, since only the first run of a process counts; run it several times.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp … io.novacron.dwcp.encoding.ColdDataPath java | chosen
 * </pre>
 *
 * <p>Prints wall and CPU seconds after 50, 100, 250 and 500 MB; CPU time is the whole process's, so
 * that it has the compiler's share.
 */
public final class ColdDataPath {

  private static final int BATCHES = 1_907;
  private static final int MADE_BATCHES = 64;
  private static final int HISTORY_PAGES = 32 * 1024;
  private static final int PAGE_HEADER_BYTES = 8;

  private ColdDataPath() {}

  /** One argument: java or chosen. */
  public static void main(String[] arguments) throws CorruptBatchException {
    PageKernels kernels =
        "java".equals(arguments[0]) ? new JavaPageKernels() : KernelVariants.load().chosen();
    byte[][] memory = memory();
    ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
    ByteBuffer out = ByteBuffer.allocateDirect(Batch.RAW_BYTES);
    ZstdCodec codec = new ZstdCodec(1);
    Batch batch = new Batch();
    long rawBytes = 0;
    long startNanos = System.nanoTime();
    long startCpuNanos = cpuNanos();
    try (SourceEncoder encoder = new SourceEncoder(HISTORY_PAGES, kernels);
        DestinationDecoder decoder = new DestinationDecoder(HISTORY_PAGES, kernels)) {
      for (int i = 1; i <= BATCHES; i++) {
        fill(batch, memory, i);
        rawBytes += batch.rawBytes();
        encoder.digest(batch);
        encoder.reference(batch);
        payload.clear();
        payload.limit(encoder.encode(batch, codec, payload)).position(0);
        try (UnpackedBatch unpacked = decoder.unpack(payload)) {
          decoder.assemble(unpacked, out.clear());
        }
        if (i == 191 || i == 381 || i == 954 || i == BATCHES) {
          report(kernels, rawBytes, System.nanoTime() - startNanos, cpuNanos() - startCpuNanos);
        }
      }
    }
  }

  private static void report(PageKernels kernels, long rawBytes, long wallNanos, long cpuNanos) {
    @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long compilerMillis = compiler == null ? 0 : compiler.getTotalCompilationTime();
    System.out.printf(
        "%4d MB  wall %.3f s  CPU %.3f s  compiler %.3f s  %s%n",
        rawBytes / 1_000_000,
        wallNanos / 1e9,
        cpuNanos / 1e9,
        compilerMillis / 1e3,
        kernels.variant());
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** A third zero, a third noise, a third text; made before the clock runs. */
  private static byte[][] memory() {
    Random random = new Random(1);
    byte[][] memory = new byte[MADE_BATCHES * BatchFormat.MAX_PAGES][PageSize.BYTES];
    for (int page = 0; page < memory.length; page++) {
      if (page % 3 == 1) {
        random.nextBytes(memory[page]);
      } else if (page % 3 == 2) {
        ByteBuffer words = ByteBuffer.wrap(memory[page]);
        while (words.hasRemaining()) {
          words.putLong(random.nextInt(400) * 0x9E3779B97F4A7C15L);
        }
      }
    }
    return memory;
  }

  /** The pages in turn; from the second time on with a few bytes of each changed. */
  private static void fill(Batch batch, byte[][] memory, int round) {
    batch.clear();
    ByteBuffer raw = batch.raw();
    int page = round * 63 % memory.length;
    while (raw.remaining() >= PAGE_HEADER_BYTES + PageSize.BYTES) {
      raw.putLong(page);
      batch.addPage(raw.position(), page);
      byte[] content = memory[page];
      if (page % 3 > 0) {
        for (int place = 0; place < 4; place++) {
          content[(page * 31 + round * 97 + place * 1009) % content.length]++;
        }
      }
      raw.put(content);
      page = (page + 1) % memory.length;
    }
  }
}
