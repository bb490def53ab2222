package io.novacron.dwcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProtocolVersionsTest {
  private static void assertCommon(OptionalInt expected, int[] one, int[] other) {
    ProtocolVersions a = new ProtocolVersions(one[0], one[1]);
    ProtocolVersions b = new ProtocolVersions(other[0], other[1]);
    assertEquals(expected, a.common(b), a + " with " + b);
    assertEquals(expected, b.common(a), b + " with " + a);
  }

  @Test
  void agreesOnTheHighestVersionThatBothSpeak() {
    assertCommon(OptionalInt.of(1), new int[] {1, 1}, new int[] {1, 1});
    assertCommon(OptionalInt.of(3), new int[] {1, 3}, new int[] {2, 5});
    assertCommon(OptionalInt.of(2), new int[] {1, 2}, new int[] {2, 2});
    assertCommon(OptionalInt.of(4), new int[] {3, 4}, new int[] {1, 65_535});
  }

  @Test
  void agreesOnNoneWhenTheRangesDoNotMeet() {
    assertCommon(OptionalInt.empty(), new int[] {1, 1}, new int[] {2, 3});
    assertCommon(OptionalInt.empty(), new int[] {1, 2}, new int[] {4, 4});
  }

  @Test
  void isWrittenAsOneNumberOrARange() {
    assertEquals("1", new ProtocolVersions(1, 1).toString());
    assertEquals("2..3", new ProtocolVersions(2, 3).toString());
  }
}
