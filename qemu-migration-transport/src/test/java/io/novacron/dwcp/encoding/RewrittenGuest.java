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

/** The stream of a guest that changes its pages in part and sends them again. */
final class RewrittenGuest {

  private static final int HEADER_BYTES = 8;

  private final Random random;
  private final byte[][] memory;
  private final ByteBuffer stream;
  private final List<Integer> offsets = new ArrayList<>();
  private final List<Integer> addresses = new ArrayList<>();

  RewrittenGuest(Random random, int pages, int mostSent) {
    this.random = random;
    this.memory = new byte[pages][PageSize.BYTES];
    this.stream = ByteBuffer.allocate(mostSent * (HEADER_BYTES + PageSize.BYTES));
    for (byte[] page : memory) {
      random.nextBytes(page);
    }
  }

  /** Every page once. */
  RewrittenGuest sendAll() {
    for (int page = 0; page < memory.length; page++) {
      send(page);
    }
    return this;
  }

  /** So many pages, any of them, each changed in up to so many places of up to so many bytes. */
  RewrittenGuest rewrite(int pages, int mostPlaces, int mostBytes) {
    for (int i = 0; i < pages; i++) {
      int page = random.nextInt(memory.length);
      int places = random.nextInt(1, mostPlaces + 1);
      for (int place = 0; place < places; place++) {
        byte[] change = new byte[random.nextInt(1, mostBytes + 1)];
        random.nextBytes(change);
        int at = random.nextInt(PageSize.BYTES - change.length + 1);
        System.arraycopy(change, 0, memory[page], at, change.length);
      }
      send(page);
    }
    return this;
  }

  /** Anything that can become of a page: changed, zero, a copy of another, all new, as it was. */
  RewrittenGuest rewriteAnyhow(int pages) {
    for (int i = 0; i < pages; i++) {
      int page = random.nextInt(memory.length);
      switch (random.nextInt(8)) {
        case 0 -> Arrays.fill(memory[page], (byte) 0);
        case 1 -> memory[page] = memory[random.nextInt(memory.length)].clone();
        case 2 -> random.nextBytes(memory[page]);
        case 3 -> send(page);
        default -> rewrite(1, 20, 200);
      }
      send(page);
    }
    return this;
  }

  /** Its memory stays as it is, and all of it will be sent anew. */
  RewrittenGuest nextVisit() {
    stream.clear();
    offsets.clear();
    addresses.clear();
    return this;
  }

  private void send(int page) {
    if (stream.remaining() >= HEADER_BYTES + PageSize.BYTES) {
      stream.putLong(page);
      offsets.add(stream.position());
      addresses.add(page);
      stream.put(memory[page]);
    }
  }

  byte[] bytes() {
    return Arrays.copyOf(stream.array(), stream.position());
  }

  int pagesSent() {
    return offsets.size();
  }

  StreamParser parser() {
    return announcing(
        offsets.stream().mapToLong(Integer::longValue).toArray(),
        addresses.stream().mapToLong(page -> (long) page * PageSize.BYTES).toArray());
  }

  /** Announces each page, with its address, when its first byte is the next one. */
  static StreamParser announcing(long[] offsets, long[] addresses) {
    return new StreamParser() {
      private long parsed;
      private int next;

      @Override
      public void parse(ByteBuffer in, PageSink sink) {
        parsed += in.remaining();
        in.position(in.limit());
        for (; next < offsets.length && offsets[next] <= parsed; next++) {
          sink.page(offsets[next], addresses[next]);
        }
      }

      @Override
      public StreamPhase phase() {
        return StreamPhase.BULK;
      }

      @Override
      public String description() {
        return "rewritten guest";
      }
    };
  }
}
