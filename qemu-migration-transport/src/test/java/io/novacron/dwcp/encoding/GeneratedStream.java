package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A stream of literal bytes and pages of all kinds, and the parser that knows where the pages lie.
 */
final class GeneratedStream {

  private static final int TEMPLATES = 40;

  final byte[] bytes;
  final List<Integer> pageOffsets = new ArrayList<>();

  GeneratedStream(Random random, int parts) {
    byte[][] templates = new byte[TEMPLATES][PageSize.BYTES];
    for (byte[] template : templates) {
      random.nextBytes(template);
    }
    ByteBuffer out = ByteBuffer.allocate(parts * 9000);
    for (int part = 0; part < parts; part++) {
      if (random.nextInt(3) > 0) {
        byte[] header = new byte[random.nextInt(10) == 0 ? random.nextInt(1, 4900) : 8];
        random.nextBytes(header);
        out.put(header);
      }
      pageOffsets.add(out.position());
      out.put(page(random, templates));
    }
    out.put(new byte[random.nextInt(20)]);
    bytes = Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] page(Random random, byte[][] templates) {
    byte[] page = new byte[PageSize.BYTES];
    switch (random.nextInt(6)) {
      case 0 -> {} // zero
      case 1 -> page[random.nextInt(page.length)] = 1; // sparse
      case 2 -> Arrays.fill(page, (byte) random.nextInt(1, 256)); // compressible, and repeated
      case 3 -> random.nextBytes(page); // incompressible
      case 4 -> fillTable(random, page); // what shuffling is for
      default -> {
        return templates[random.nextInt(TEMPLATES)]; // sent before
      }
    }
    return page;
  }

  /** Numbers of 4 or 8 bytes that count up from anywhere. */
  private static void fillTable(Random random, byte[] page) {
    boolean isWide = random.nextBoolean();
    int step = random.nextInt(1, 70_000);
    long word = random.nextLong();
    ByteBuffer words = ByteBuffer.wrap(page);
    for (; words.hasRemaining(); word += step) {
      if (isWide) {
        words.putLong(word);
      } else {
        words.putInt((int) word);
      }
    }
  }

  /** Announces each page when its first byte is the next one. */
  StreamParser parser() {
    return new StreamParser() {
      private long parsed;
      private int next;

      @Override
      public void parse(ByteBuffer in, PageSink sink) {
        parsed += in.remaining();
        in.position(in.limit());
        while (next < pageOffsets.size() && pageOffsets.get(next) <= parsed) {
          sink.page(pageOffsets.get(next), pageOffsets.get(next));
          next++;
        }
      }

      @Override
      public StreamPhase phase() {
        return StreamPhase.BULK;
      }

      @Override
      public String description() {
        return "generated";
      }
    };
  }

  /** Announces these offsets in the first piece, right or wrong. */
  static StreamParser announcingAtOnce(long... offsets) {
    StreamParser silent = opaque();
    return new StreamParser() {
      private boolean announced;

      @Override
      public void parse(ByteBuffer in, PageSink sink) {
        silent.parse(in, sink);
        for (int i = 0; i < offsets.length && !announced; i++) {
          sink.page(offsets[i], i);
        }
        announced = true;
      }

      @Override
      public StreamPhase phase() {
        return StreamPhase.OPAQUE;
      }

      @Override
      public String description() {
        return "announcing at once";
      }
    };
  }

  /** Sees no page at all. */
  static StreamParser opaque() {
    return announcing();
  }

  /** Announces these offsets, right or wrong, in the piece that holds the byte before them. */
  static StreamParser announcing(long... offsets) {
    return new StreamParser() {
      private long parsed;
      private int next;

      @Override
      public void parse(ByteBuffer in, PageSink sink) {
        parsed += in.remaining();
        in.position(in.limit());
        for (; next < offsets.length && offsets[next] <= parsed; next++) {
          sink.page(offsets[next], next);
        }
      }

      @Override
      public StreamPhase phase() {
        return StreamPhase.OPAQUE;
      }

      @Override
      public String description() {
        return "announcing";
      }
    };
  }
}
