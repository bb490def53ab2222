package io.novacron.dwcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakeGateTest {
  private static final long SECOND = 1_000_000_000L;

  private final HandshakeGate gate = new HandshakeGate();

  private List<Runnable> enter(Object address, int count, long nowNanos) {
    List<Runnable> entered = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      gate.enter(address, nowNanos).ifPresent(entered::add);
    }
    return entered;
  }

  @Test
  void boundsThoseOfOneAddressAndLeavesRoomForOthers() {
    assertEquals(HandshakeGate.MOST_OPEN_OF_ONE, enter("a", 1000, 0).size());
    assertEquals(1, enter("b", 1, 0).size());
    assertEquals(1000 - HandshakeGate.MOST_OPEN_OF_ONE, gate.refused());
  }

  @Test
  void boundsAllTogether() {
    int entered = 0;
    for (int address = 0; address < 1000; address++) {
      entered += enter(address, 1, address * SECOND).size();
    }
    assertEquals(HandshakeGate.MOST_OPEN, entered);
  }

  @Test
  void givesThePlaceOfOneThatLeftToTheNextOnce() {
    List<Runnable> entered = enter("a", HandshakeGate.MOST_OPEN_OF_ONE, 0);
    assertTrue(gate.enter("a", 0).isEmpty());
    entered.getFirst().run();
    entered.getFirst().run();
    assertTrue(gate.enter("a", 0).isPresent());
    assertTrue(gate.enter("a", 0).isEmpty());
  }

  @Test
  void boundsHowManyBeginInASecond() {
    for (int i = 0; i < HandshakeGate.MOST_OPEN; i++) {
      gate.enter("a", 0).orElseThrow().run();
    }
    assertTrue(gate.enter("a", 0).isEmpty());
    int later = 0;
    for (int i = 0; i < 1000; i++) {
      if (gate.enter("a", SECOND).map(HandshakeGateTest::leave).isPresent()) {
        later++;
      }
    }
    assertEquals(HandshakeGate.PER_SECOND, later);
    assertFalse(gate.enter("a", 2 * SECOND).isEmpty());
  }

  private static boolean leave(Runnable leave) {
    leave.run();
    return true;
  }
}
