package io.novacron.dwcp.netty;

import io.novacron.dwcp.encoding.Batch;
import io.novacron.dwcp.encoding.BatchBuilder;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.encoding.CorruptBatchException;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.SourceEncoder;
import io.novacron.dwcp.encoding.UnpackedBatch;
import io.novacron.dwcp.encoding.ZstdCodec;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.qemustream.MigrationStreamParser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * Runs the data path on made-up pages once after start, so that the JVM has compiled it when the
 * first migration comes: a host migrates rarely, the first one is the normal one.
 *
 * <p>300 batches are 75 MiB, under a second of one core, in the background: ten times what the
 * first compiler waits for, the only one the daemon runs with. Addresses come again after {@link
 * #ADDRESSES} pages, so that deltas and references are compiled as well.
 */
final class Warmup implements Runnable {
  private static final int BATCHES = 300;
  private static final int ADDRESSES = 4_096;
  private static final int PAGES_PER_ROUND = 64;
  private static final int HISTORY_PAGES = 8192;

  /** Flags of ram.c (QEMU 10.0) that the made-up stream needs. */
  private static final int RAM_SAVE_FLAG_MEM_SIZE = 0x04;

  private static final int RAM_SAVE_FLAG_PAGE = 0x08;
  private static final int RAM_SAVE_FLAG_EOS = 0x10;
  private static final int RAM_SAVE_FLAG_CONTINUE = 0x20;

  private static final long RAM_BYTES = 1L << 30;
  private static final String BLOCK = "pc.ram";

  private final PageKernels kernels;

  Warmup(PageKernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public void run() {
    BatchPool pool = new BatchPool(4);
    ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
    ByteBuffer out = ByteBuffer.allocateDirect(Batch.RAW_BYTES);
    ZstdCodec codec = new ZstdCodec(1);
    try (SourceEncoder encoder = new SourceEncoder(HISTORY_PAGES, kernels);
        DestinationDecoder decoder = new DestinationDecoder(HISTORY_PAGES, kernels)) {
      BatchBuilder builder = new BatchBuilder(pool, new MigrationStreamParser());
      builder.append(setup());
      Random content = new Random(1);
      for (int i = 0; i < BATCHES && !Thread.currentThread().isInterrupted(); i++) {
        builder.append(pages(i, content));
        for (Batch batch = builder.take(); batch != null; batch = builder.take()) {
          encoder.digest(batch);
          encoder.reference(batch);
          payload.clear();
          payload.limit(encoder.encode(batch, codec, payload)).position(0);
          pool.give(batch);
          try (UnpackedBatch unpacked = decoder.unpack(payload)) {
            decoder.assemble(unpacked, out.clear());
          }
        }
      }
    } catch (CorruptBatchException e) {
      throw new IllegalStateException("our own batch does not decode", e);
    }
  }

  /** Header and RAM setup of a main stream: hooks of savevm.c and ram.c, QEMU 10.0. */
  private static ByteBuffer setup() {
    ByteBuffer stream = ByteBuffer.allocate(256).order(ByteOrder.BIG_ENDIAN);
    stream.putInt(0x5145564d).putInt(3);
    stream.put((byte) 1).putInt(2).put((byte) 3).put("ram".getBytes(StandardCharsets.US_ASCII));
    stream.putInt(0).putInt(4).putLong(RAM_BYTES | RAM_SAVE_FLAG_MEM_SIZE);
    name(stream).putLong(RAM_BYTES).putLong(RAM_SAVE_FLAG_EOS);
    return footer(stream).flip();
  }

  private static ByteBuffer name(ByteBuffer stream) {
    byte[] name = BLOCK.getBytes(StandardCharsets.US_ASCII);
    return stream.put((byte) name.length).put(name);
  }

  private static ByteBuffer footer(ByteBuffer stream) {
    return stream.put((byte) 0x7e).putInt(2);
  }

  /** One PART section with pages that are text, numbers, noise or repeated. */
  private static ByteBuffer pages(int round, Random content) {
    ByteBuffer stream = ByteBuffer.allocate(PAGES_PER_ROUND * (PageSize.BYTES + 9) + 64);
    stream.put((byte) 2).putInt(2);
    byte[] page = new byte[PageSize.BYTES];
    for (int i = 0; i < PAGES_PER_ROUND; i++) {
      int address = (round * PAGES_PER_ROUND + i) % ADDRESSES;
      long offset = address;
      int flags = RAM_SAVE_FLAG_PAGE | (i == 0 ? 0 : RAM_SAVE_FLAG_CONTINUE);
      stream.putLong(offset * PageSize.BYTES | flags);
      if (i == 0) {
        name(stream);
      }
      fill(page, address, content);
      stream.put(page);
    }
    stream.putLong(RAM_SAVE_FLAG_EOS);
    return footer(stream).flip();
  }

  /** By address: noise, text, a page that changes in a few places, a page that many share. */
  private static void fill(byte[] page, int address, Random content) {
    switch (address % 4) {
      case 0 -> content.nextBytes(page);
      case 1 -> {
        for (int i = 0; i < page.length; i++) {
          page[i] = (byte) ('a' + content.nextInt(1 + i % 7));
        }
      }
      case 2 -> {
        new Random(address).nextBytes(page);
        for (int i = 0; i < 16; i++) {
          page[content.nextInt(page.length)]++;
        }
      }
      default -> Arrays.fill(page, (byte) (address >> 6));
    }
  }
}
