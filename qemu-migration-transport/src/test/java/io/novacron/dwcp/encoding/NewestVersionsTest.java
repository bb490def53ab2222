package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NewestVersionsTest {

  /** Compared with a map that forgets nothing. */
  @Test
  void namesTheLastPlaceOfAPageAndForgetsNextToNone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int historyPages : new int[] {1, 300, 5000, 40_000}) {
      String where = "seed " + seed + " history " + historyPages;
      NewestVersions newest = new NewestVersions(historyPages);
      Map<Long, Long> all = new HashMap<>();
      int forgotten = 0;
      for (long place = 0; place < 4L * historyPages; place++) {
        long address = (long) random.nextInt(historyPages) * 4096;
        long found = newest.find(address);
        long wanted = all.getOrDefault(address, NewestVersions.UNKNOWN);
        assertTrue(found == wanted || found == NewestVersions.UNKNOWN, where);
        forgotten += found == wanted ? 0 : 1;
        newest.put(address, place);
        all.put(address, place);
      }
      assertTrue(forgotten <= historyPages / 25, where + " forgot " + forgotten);
    }
  }

  @Test
  void dropsTheOldestOfTooManyPages() {
    NewestVersions newest = new NewestVersions(100);
    for (long place = 0; place < 100_000; place++) {
      newest.put(place << 12, place);
    }
    int known = 0;
    for (long place = 0; place < 100_000; place++) {
      long found = newest.find(place << 12);
      assertTrue(found == place || found == NewestVersions.UNKNOWN);
      known += found == place ? 1 : 0;
    }
    assertEquals(2048, known, 100);
    assertEquals(99_999, newest.find(99_999L << 12));
  }

  @Test
  void knowsEveryAddressThatThereCanBe() {
    NewestVersions newest = new NewestVersions(100);
    newest.put(0, 1);
    newest.put(Long.MAX_VALUE, 2);
    assertEquals(1, newest.find(0));
    assertEquals(2, newest.find(Long.MAX_VALUE));
    assertEquals(NewestVersions.UNKNOWN, newest.find(4096));
  }
}
