package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HistoryShareTest {
  @Test
  void givesEachChannelHalfOfWhatIsLeftWhileThatIsWorthIt() {
    HistoryShare share = new HistoryShare(8192);
    assertEquals(4096, share.next());
    assertEquals(2048, share.next());
    assertEquals(1024, share.next());
    assertEquals(0, share.next());
  }

  @Test
  void staysWithinAnInt() {
    assertEquals(Integer.MAX_VALUE, new HistoryShare(Long.MAX_VALUE).next());
  }
}
