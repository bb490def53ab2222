package io.novacron.dwcp.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/** What a parser told of a stream: its pages, and how it described itself at the end. */
public record ParserRun(List<Page> pages, List<StreamPhase> phases, String description) {
  /** A page that a parser told of. */
  public record Page(long streamOffset, long pageAddress) {}

  /** Parses the stream in pieces that end at the given offsets, ascending, and at its end. */
  public static ParserRun of(Supplier<? extends StreamParser> parsers, byte[] stream, int... cuts) {
    StreamParser parser = parsers.get();
    List<Page> pages = new ArrayList<>();
    List<StreamPhase> phases = new ArrayList<>(List.of(parser.phase()));
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i == cuts.length ? stream.length : cuts[i];
      parsePiece(parser, stream, from, to, pages);
      if (parser.phase() != phases.getLast()) {
        phases.add(parser.phase());
      }
      from = to;
    }
    return new ParserRun(pages, phases, parser.description());
  }

  private static void parsePiece(
      StreamParser parser, byte[] stream, int from, int to, List<Page> pages) {
    // As a source leaves it: an offset of its own, read-only, and in the wrong byte order.
    ByteBuffer piece =
        ByteBuffer.wrap(stream, from, to - from).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    parser.parse(
        piece,
        (offset, address) -> {
          if (offset < from || offset > to || address < 0) {
            throw new AssertionError("page at " + offset + " told in " + from + ".." + to);
          }
          pages.add(new Page(offset, address));
        });
    assertEquals(to, piece.position(), "bytes left");
    assertEquals(ByteOrder.LITTLE_ENDIAN, piece.order(), "byte order changed");
  }

  /** Parses the stream byte by byte, which also gives each phase that it went through. */
  public static ParserRun byteByByte(Supplier<? extends StreamParser> parsers, byte[] stream) {
    int[] cuts = new int[stream.length];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = i;
    }
    return of(parsers, stream, cuts);
  }

  /** Fails unless cutting the stream in two, at every byte, gives what the uncut stream gives. */
  public static void assertSameAtEverySplit(
      Supplier<? extends StreamParser> parsers, byte[] stream) {
    ParserRun whole = of(parsers, stream);
    for (int cut = 0; cut <= stream.length; cut++) {
      assertSame(whole, of(parsers, stream, cut), "cut at " + cut);
    }
    assertSame(whole, byteByByte(parsers, stream), "byte by byte");
  }

  /** Fails unless each beginning of the stream gives the pages that begin in it, or right after. */
  public static void assertPrefixAtEveryTruncation(
      Supplier<? extends StreamParser> parsers, byte[] stream) {
    List<Page> all = of(parsers, stream).pages();
    for (int length = 0; length <= stream.length; length++) {
      int end = length;
      List<Page> told = of(parsers, Arrays.copyOf(stream, length)).pages();
      assertEquals(all.subList(0, told.size()), told, "first " + length + " bytes");
      long begun = all.stream().filter(page -> page.streamOffset() < end).count();
      assertTrue(told.size() >= begun, "pages told of " + length + " bytes");
    }
  }

  /** Fails unless the parser consumes all of many damaged copies of the stream without a throw. */
  public static void assertSurvivesMutations(
      Supplier<? extends StreamParser> parsers, byte[] stream, long seed, int mutations) {
    Random random = new Random(seed);
    for (int i = 0; i < mutations; i++) {
      byte[] damaged = stream.clone();
      int wounds = 1 + random.nextInt(4);
      for (int wound = 0; wound < wounds; wound++) {
        damage(damaged, random);
      }
      try {
        of(parsers, damaged, random.nextInt(damaged.length + 1));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", mutation " + i, e);
      }
    }
  }

  private static void damage(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(4)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
      case 2 -> {
        int length = Math.min(1 + random.nextInt(16), bytes.length - at);
        for (int i = at; i < at + length; i++) {
          bytes[i] = (byte) random.nextInt();
        }
      }
      default -> {
        // As if bytes had been left out.
        int gap = Math.min(1 + random.nextInt(64), bytes.length - at);
        System.arraycopy(bytes, at + gap, bytes, at, bytes.length - at - gap);
      }
    }
  }

  private static void assertSame(ParserRun whole, ParserRun pieces, String how) {
    assertEquals(whole.pages(), pieces.pages(), how);
    assertEquals(whole.phases().getLast(), pieces.phases().getLast(), how);
    assertEquals(whole.description(), pieces.description(), how);
  }

  /** The bytes of a vector, given by its path under {@code vectors/} without {@code .bin.gz}. */
  public static byte[] vector(String path) {
    String resource = "/vectors/" + path + ".bin.gz";
    try (InputStream packed = ParserRun.class.getResourceAsStream(resource)) {
      if (packed == null) {
        throw new IllegalArgumentException("no vector " + resource);
      }
      return new GZIPInputStream(packed).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
