package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HistoryShareTest {
  @Test
  void givesEachChannelHalfOfWhatIsLeftWhileThatIsWorthIt() {
    HistoryShare share = new HistoryShare(8192);
    assertEquals(4096, share.next(false));
    assertEquals(2048, share.next(false));
    assertEquals(1024, share.next(false));
    assertEquals(0, share.next(false));
  }

  @Test
  void givesNearlyAllToAChannelThatHasNoOtherBesideIt() {
    HistoryShare share = new HistoryShare(1 << 18);
    assertEquals(15 << 14, share.next(true));
    assertEquals(15 << 10, share.next(true));
  }

  @Test
  void leavesToTheChannelsWhatABaselineDoesNotTake() {
    HistoryShare share = new HistoryShare(8192);
    assertFalse(share.takeBaseline(8193));
    assertTrue(share.takeBaseline(4096));
    assertEquals(2048, share.next(false));
  }

  @Test
  void staysWithinAnInt() {
    assertEquals(Integer.MAX_VALUE, new HistoryShare(Long.MAX_VALUE).next(false));
  }
}
