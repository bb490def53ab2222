package io.novacron.dwcp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.novacron.dwcp.config.DaemonConfig.LimitConfig;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.LimitReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SendingLimitsTest {
  private static final LimitConfig CONFIGURED =
      new LimitConfig(50_000_000, Map.of("host-b", 10_000_000L));

  private long nowNanos = -1_000_000_000L;
  private final SendingLimits limits =
      new SendingLimits(CONFIGURED, List.of("host-c", "host-b"), () -> nowNanos);

  @Test
  void takesWhatIsConfigured() {
    assertEquals(10_000_000, limits.of("host-b").peer().bytesPerSecond());
    assertEquals(0, limits.of("host-c").peer().bytesPerSecond());
    assertEquals(50_000_000, limits.of("host-c").host().bytesPerSecond());
    assertEquals(Map.of("host", 50_000_000L, "host-b", 10_000_000L), limits.inForce());
  }

  @Test
  void changesWhatSessionsThatRunAreUnder() throws ControlException {
    var ofSession = limits.of("host-c");
    limits.change("host-c", 2_000_000);
    limits.change("host", 0);
    assertEquals(2_000_000, ofSession.peer().bytesPerSecond());
    assertEquals(0, ofSession.host().bytesPerSecond());
    assertEquals(Map.of("host-b", 10_000_000L, "host-c", 2_000_000L), limits.inForce());
  }

  @Test
  void reportsTheHostAndThePeersByNameWithTheRateOfThePause() throws ControlException {
    limits.of("host-b").sent(1_000);
    limits.change("host-b", 0);
    List<LimitReport> report =
        limits.report(() -> {
          nowNanos += 500_000_000;
          limits.of("host-b").sent(3_000_000);
          limits.of("host-c").sent(1_000_000);
        });
    assertEquals(
        List.of(
            new LimitReport("host", 50_000_000L, 50_000_000L, 8_000_000, 4_001_000),
            new LimitReport("host-b", null, 10_000_000L, 6_000_000, 3_001_000),
            new LimitReport("host-c", null, null, 2_000_000, 1_000_000)),
        report);
  }

  @Test
  void namesThePeersThereAreForOneThatIsNot() {
    var refused = assertThrows(ControlException.class, () -> limits.change("host-d", 0));
    assertEquals(
        "no peer is named \"host-d\"; known are host-b, host-c; \"host\" is for all",
        refused.getMessage());
    var lonely = new SendingLimits(new LimitConfig(0, Map.of()), List.of(), () -> 0);
    assertEquals(
        "no peer is named \"b\"; there are none; \"host\" is for all",
        assertThrows(ControlException.class, () -> lonely.change("b", 0)).getMessage());
  }

  @Test
  void refusesARateThatIsNone() {
    var refused = assertThrows(ControlException.class, () -> limits.change("host", 12));
    assertEquals(
        "no such rate: 12 bytes per second are not in 125000 to 100000000000",
        refused.getMessage());
    assertEquals(50_000_000L, limits.inForce().get("host"));
  }
}
