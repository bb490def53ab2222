package io.novacron.dwcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.config.TransportConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plays over real sockets; says nothing of speed. */
@Timeout(120)
class ReplayTest {
  private static final int PAGES = 3000;

  /** A batch that goes early, since nothing else is under way, may cut a page: no page then. */
  private static final int CUT_PAGES = 60;

  @TempDir Path directory;

  private final List<Long> seen = new ArrayList<>();

  @Test
  void countsEveryPageOnceAndSendsLessThanItWasGiven() throws Exception {
    ReplayResult result = play("first", null, null, 1);
    VisitResult visit = result.runs().getFirst().visit();
    VisitResult.Tiers tiers = visit.tiers();
    assertEquals(Recordings.stream(1, PAGES).length, visit.rawBytes());
    long pages =
        tiers.zero().pages()
            + tiers.reference().pages()
            + tiers.delta().pages()
            + tiers.full().pages();
    assertTrue(pages <= PAGES && pages > PAGES - CUT_PAGES, tiers::toString);
    assertEquals(visit.rawBytes(), pages * Recordings.PAGE_BYTES + tiers.literalBytes());
    assertTrue(tiers.reference().pages() > PAGES / 4, tiers::toString);
    assertTrue(visit.wireBytes() < visit.rawBytes() / 2, visit::toString);
    assertEquals("qemu-main", visit.parser());
    assertEquals(visit.rawBytes(), seen.getLast());
    assertNull(result.link());
  }

  @Test
  void repeatsWithSessionsThatKnowNothing() throws Exception {
    List<ReplayResult.Run> runs = play("first", null, null, 3).runs();
    assertEquals(3, runs.size());
    runs.forEach(run -> assertNull(run.firstVisit()));
    long references = runs.getFirst().visit().tiers().reference().pages();
    for (ReplayResult.Run run : runs) {
      long difference = run.visit().tiers().reference().pages() - references;
      assertTrue(Math.abs(difference) < CUT_PAGES, runs::toString);
    }
  }

  @Test
  void playsTheEarlierVisitFirst() throws Exception {
    ReplayResult result = play("second", "first", null, 1);
    VisitResult first = result.runs().getFirst().firstVisit();
    assertNotNull(first);
    assertEquals(Recordings.stream(1, PAGES).length, first.rawBytes());
    assertEquals(directory.resolve("first").toString(), result.against());
  }

  @Test
  void sendsWhatIsAsInTheEarlierVisitAsReferencesToIt() throws Exception {
    ReplayResult.Run run = play("first", "first", null, 1).runs().getFirst();
    VisitResult second = run.visit();
    assertEquals(0, run.firstVisit().tiers().baseline().pages());
    assertTrue(second.tiers().baseline().pages() > PAGES / 4, second::toString);
    assertTrue(second.wireBytes() < run.firstVisit().wireBytes() / 4, second::toString);
  }

  @Test
  void takesItsTimeOverLink() throws Exception {
    LinkShape link = new LinkShape(80_000_000, 10, 1);
    VisitResult visit = play("first", null, link, 1).runs().getFirst().visit();
    double least = visit.wireBytes() * 8.0 / link.bitsPerSecond();
    assertTrue(visit.seconds() > least, visit::toString);
  }

  private ReplayResult play(
      String name, @Nullable String earlier, @Nullable LinkShape link, int runs) throws Exception {
    Files.write(directory.resolve("first"), Recordings.stream(1, PAGES));
    Files.write(directory.resolve("second"), Recordings.stream(2, PAGES));
    try (RecordedStream recording = RecordedStream.open(directory.resolve(name));
        RecordedStream against =
            earlier == null ? null : RecordedStream.open(directory.resolve(earlier))) {
      Replay.Wish wish = new Replay.Wish(recording, against, link, transport(), runs);
      return new Replay(wish, (run, isFirst, done, all) -> seen.add(done)).play();
    }
  }

  private static TransportConfig transport() {
    Duration patience = Duration.ofSeconds(30);
    return new TransportConfig(
        3,
        3,
        3,
        "bbr",
        2,
        64 << 20,
        0,
        4 << 20,
        patience,
        patience,
        patience,
        Duration.ofMinutes(5));
  }
}
