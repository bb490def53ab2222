package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Both ends of one direction, with the parallel steps done in any order. */
final class RoundTrip implements AutoCloseable {

  /** Java's, and those of libdwcp where it loads: both must give the same bytes. */
  static final List<PageKernels> KERNELS =
      List.of(new JavaPageKernels(), KernelVariants.load().chosen());

  final SourceEncoder encoder;
  final DestinationDecoder decoder;
  private final Random random;

  RoundTrip(int historyPages, Random random) {
    this(historyPages, random, null);
  }

  /**
   * @param destinationParser of the same stream as the source's
   */
  RoundTrip(int historyPages, Random random, @Nullable StreamParser destinationParser) {
    this.encoder = new SourceEncoder(historyPages, anyKernels(random), null, BatchForms.ALL);
    this.decoder = new DestinationDecoder(historyPages, anyKernels(random), destinationParser);
    this.random = random;
  }

  static PageKernels anyKernels(Random random) {
    return KERNELS.get(random.nextInt(KERNELS.size()));
  }

  /**
   * Random cuts of reads, random flushes; all batches at once, so that the steps can be shuffled.
   */
  List<Batch> cut(byte[] stream, StreamParser parser, int flushOneIn) {
    List<Batch> batches = new ArrayList<>();
    BatchBuilder builder = new BatchBuilder(new BatchPool(10_000), parser);
    ByteBuffer in = ByteBuffer.wrap(stream);
    while (in.hasRemaining()) {
      int readBytes = Math.min(in.remaining(), random.nextInt(1, 80_000));
      in.limit(in.position() + readBytes);
      while (!builder.append(in)) {
        batches.add(builder.take());
      }
      in.limit(stream.length);
      if (random.nextInt(flushOneIn) == 0 && !builder.isEmpty()) {
        batches.add(builder.take());
      }
    }
    while (!builder.isEmpty()) {
      batches.add(builder.take());
    }
    return batches;
  }

  List<ByteBuffer> encode(List<Batch> batches, List<ResidueCodec> codecs) {
    for (int i : shuffled(batches.size())) {
      encoder.digest(batches.get(i));
    }
    batches.forEach(encoder::reference);
    List<ByteBuffer> payloads = new ArrayList<>(Collections.nCopies(batches.size(), null));
    for (int i : shuffled(batches.size())) {
      ResidueCodec codec = codecs.get(random.nextInt(codecs.size()));
      payloads.set(i, encode(batches.get(i), codec));
    }
    return payloads;
  }

  ByteBuffer encode(Batch batch, ResidueCodec codec) {
    int before = random.nextInt(30);
    ByteBuffer payload =
        ByteBuffer.allocateDirect(before + SourceEncoder.maxPayloadBytes()).position(before);
    int length = encoder.encode(batch, codec, payload);
    return payload.limit(before + length).position(before);
  }

  byte[] decode(List<ByteBuffer> payloads) throws CorruptBatchException {
    List<UnpackedBatch> unpacked = new ArrayList<>(Collections.nCopies(payloads.size(), null));
    int rawBytes = 0;
    for (int i : shuffled(payloads.size())) {
      unpacked.set(i, decoder.unpack(payloads.get(i)));
      if (unpacked.get(i).namesFiles()) {
        decoder.readFiles(unpacked.get(i));
      }
      rawBytes += unpacked.get(i).rawBytes();
    }
    ByteBuffer out = ByteBuffer.allocate(rawBytes);
    for (int i = 0; i < unpacked.size(); i++) {
      UnpackedBatch batch = unpacked.get(i);
      if (batch.isAsItIs() && random.nextBoolean()) {
        ByteBuffer payload = payloads.get(i).duplicate();
        decoder.checkInPlace(batch, payload);
        out.put(payload);
      } else {
        decoder.assemble(batch, out);
      }
      batch.close();
    }
    return out.array();
  }

  private List<Integer> shuffled(int count) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    return order;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }
}
