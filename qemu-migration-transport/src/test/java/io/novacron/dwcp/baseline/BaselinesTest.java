package io.novacron.dwcp.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.BaselineIndex;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.session.ChannelTally;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From a migration to the store and back to the next, with daemons that restart in between. */
class BaselinesTest {
  private static final UUID GUEST = new UUID(5, 6);
  private static final BaselineStore.Key KEY = new BaselineStore.Key(GUEST, "peer");
  private static final int MOST_PAGES = 100_000;

  private final MemoryBaselineStore sourceStore = new MemoryBaselineStore();
  private final MemoryBaselineStore destinationStore = new MemoryBaselineStore();
  private final Recorder recorder = new Recorder();

  private static final class Recorder implements Baselines.Listener {
    final Map<String, Long> counts = new TreeMap<>();
    final List<String> warnings = new ArrayList<>();

    @Override
    public synchronized void count(String what, long more) {
      counts.merge(what, more, Long::sum);
    }

    @Override
    public synchronized void warn(String sentence) {
      warnings.add(sentence);
    }

    @Override
    public void note(String sentence) {}
  }

  private Baselines baselines(BaselineStore store) {
    return new Baselines(store, new JavaPageKernels(), 2, 0, recorder);
  }

  private static byte[] guest() {
    return SyntheticStreams.migration(new Random(5), 400);
  }

  /**
   * A migration with what the stores hold, which then keep it; roles change from one to the next.
   */
  private ChannelTally visit(
      long seed, byte[] stream, MemoryBaselineStore source, MemoryBaselineStore destination) {
    try (Baselines atSource = baselines(source);
        Baselines atDestination = baselines(destination);
        BaselineLoad offered = atSource.load(KEY, MOST_PAGES);
        BaselineLoad held = atDestination.load(KEY, MOST_PAGES)) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      hosts.answers(1, new byte[1], true);
      hosts.destinationHolds(held.pages().join());
      FakeLocalEnd local = hosts.openMemory(1, stream, offered.pages().join());
      local.channel().baseline().keepHistory(history -> keep(atSource, history));
      while (hosts.peerOf(local) == null) {
        hosts.step();
      }
      var there = hosts.peerOf(local).channel();
      there.baseline().keepHistory(history -> keep(atDestination, history));
      hosts.run();
      assertArrayEquals(stream, hosts.peerOf(local).received(), "seed " + seed);
      assertEquals("", hosts.leaks());
      return local.channel().tally();
    }
  }

  private static void keep(Baselines baselines, @Nullable ChannelHistory history) {
    assertNotNull(history);
    baselines.keep(KEY, List.of(history));
  }

  @Test
  void aGuestThatComesBackTravelsAsReferences() {
    ChannelTally first = visit(1, guest(), sourceStore, destinationStore);
    assertArrayEquals(sourceStore.kept.get(KEY), destinationStore.kept.get(KEY));
    for (int again = 0; again < 3; again++) {
      ChannelTally back = visit(2, guest(), destinationStore, sourceStore);
      assertTrue(back.sent().pages().full() < 20, back::toString); // those that a flush cut in two
      assertTrue(back.wireBytes() < first.wireBytes() / 10, back::toString);
      ChannelTally forth = visit(3, guest(), sourceStore, destinationStore);
      assertTrue(forth.sent().pages().full() < 20, forth::toString);
    }
    assertEquals(14, recorder.counts.get("written"));
    assertEquals(12, recorder.counts.get("loaded"));
    assertEquals(List.of(), recorder.warnings);
  }

  @Test
  void travelsWholeWhereOneSideLostItsBaseline() {
    visit(1, guest(), sourceStore, destinationStore);
    sourceStore.kept.clear();
    assertEquals(0, visit(2, guest(), destinationStore, sourceStore).sent().pages().baseline());
    assertTrue(visit(3, guest(), sourceStore, destinationStore).sent().pages().baseline() > 0);
  }

  @Test
  void isRightWhateverByteOfTheBaselinesIsDamaged() {
    Random random = new Random(9);
    visit(1, guest(), sourceStore, destinationStore);
    byte[] whole = sourceStore.kept.get(KEY);
    ChannelTally undamaged = visit(2, guest(), sourceStore, destinationStore);
    long used = 0;
    for (int round = 0; round < 40; round++) {
      sourceStore.kept.put(KEY, damaged(whole, random, random.nextInt(3)));
      destinationStore.kept.put(KEY, damaged(whole, random, random.nextInt(3)));
      ChannelTally tally = visit(round, guest(), sourceStore, destinationStore);
      used += tally.sent().pages().baseline();
    }
    assertTrue(used < 39 * undamaged.sent().pages().baseline(), used + " references");
    assertTrue(recorder.counts.get("damaged") > 10, recorder.counts::toString);
  }

  private static byte[] damaged(byte[] whole, Random random, int bytes) {
    byte[] damaged = whole.clone();
    for (int i = 0; i < bytes; i++) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
    }
    return damaged;
  }

  @Test
  void removesWhatCanNeverBeUsed() {
    sourceStore.kept.put(KEY, new byte[1000]);
    try (Baselines baselines = baselines(sourceStore);
        BaselineLoad load = baselines.load(KEY, MOST_PAGES)) {
      assertNull(load.pages().join());
    }
    assertEquals(Map.of(), sourceStore.kept);
    assertEquals(1, recorder.warnings.size());
  }

  @Test
  void keepsWhatIsTooLargeOnlyForNow() {
    visit(1, guest(), sourceStore, destinationStore);
    try (Baselines baselines = baselines(sourceStore);
        BaselineLoad load = baselines.load(KEY, 10)) {
      assertNull(load.pages().join());
    }
    assertEquals(1, sourceStore.kept.size());
  }

  @Test
  void tellsOnceOfAFullDiskAndMigratesOn() {
    sourceStore.roomBytes = 1000;
    visit(1, guest(), sourceStore, destinationStore);
    assertEquals(1, recorder.counts.get("write-failed"));
    assertEquals(1, recorder.counts.get("written"));
    try (Baselines baselines = baselines(sourceStore)) {
      assertEquals("", baselines.writeProblem());
      keepAnything(baselines, 2);
      keepAnything(baselines, 3);
    }
    assertEquals(3, recorder.counts.get("write-failed"));
    assertEquals(2, recorder.warnings.size()); // one for each daemon's life
  }

  @Test
  void whatIsDroppedWhileItIsWrittenNeverAppears() throws IOException {
    for (String moment : List.of("begin", "append")) {
      MemoryBaselineStore store = new MemoryBaselineStore();
      try (Baselines baselines = baselines(store)) {
        store.beforeEach =
            step -> {
              if (step.equals(moment)) {
                assertEquals(List.of(), baselines.drop(key -> key.equals(KEY)));
              }
            };
        keepAnything(baselines, 2);
      }
      assertEquals(Map.of(), store.kept, moment);
    }
    assertEquals(Map.of("dropped", 2L), recorder.counts);
    assertEquals(List.of(), recorder.warnings);
  }

  @Test
  void droppingOneGuestLeavesTheOthersThatAreBeingWritten() throws IOException {
    try (Baselines baselines = baselines(sourceStore)) {
      sourceStore.beforeEach =
          step -> assertEquals(List.of(), baselines.drop(key -> !key.equals(KEY)));
      keepAnything(baselines, 2);
    }
    assertEquals(Set.of(KEY), sourceStore.kept.keySet());
    try (Baselines baselines = baselines(sourceStore)) {
      assertEquals(1, baselines.drop(key -> true).size());
      assertEquals(List.of(), baselines.drop(key -> true));
    }
    assertEquals(Map.of(), sourceStore.kept);
  }

  private static void keepAnything(Baselines baselines, long seed) {
    TwoHosts hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.answers(1, new byte[1], true);
    FakeLocalEnd local = hosts.openMemory(1, guest(), null);
    local.channel().baseline().keepHistory(history -> keep(baselines, history));
    hosts.run();
    assertEquals("", hosts.leaks());
  }

  @Test
  void freesABaselineWhetherItComesBeforeOrAfterTheEndOfItsMigration() {
    BaselineIndex none = new BaselineIndex(new byte[0], new long[0], new int[0]);
    BaselinePages before = new BaselinePages(none, new byte[32]);
    BaselineLoad load = new BaselineLoad(KEY, () -> {});
    load.loaded(before);
    before.retain().close();
    load.close();
    assertThrows(IllegalStateException.class, before::retain);
    BaselinePages after = new BaselinePages(none, new byte[32]);
    BaselineLoad late = new BaselineLoad(KEY, () -> {});
    late.close();
    late.loaded(after);
    assertThrows(IllegalStateException.class, after::retain);
  }

  @Test
  void loadsSoManyAtOnce() {
    List<BaselineLoad> loads = new ArrayList<>();
    try (Baselines baselines = baselines(sourceStore)) {
      for (int i = 0; i < 20; i++) {
        loads.add(baselines.load(KEY, MOST_PAGES));
      }
      assertEquals(12, recorder.counts.get("skipped"));
      loads.forEach(BaselineLoad::close);
      loads.forEach(BaselineLoad::close);
      baselines.load(KEY, MOST_PAGES).close();
      assertEquals(12, recorder.counts.get("skipped"));
    }
  }
}
