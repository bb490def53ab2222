package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import org.junit.jupiter.api.Test;

class HistoryLedgerTest {
  private static final int BUDGET_PAGES = 100;

  private final HistoryLedger ledger = new HistoryLedger(BUDGET_PAGES * 4096L);

  private static Frame.Open open(int channelId, long migrationId, int pages) {
    return new Frame.Open(channelId, ChannelKind.MEMORY, migrationId, 49152, pages);
  }

  @Test
  void grantsTheChannelsOfAMigrationItsBudgetInAll() {
    ledger.take(open(1, 7, 60));
    assertEquals("", ledger.refusal(open(2, 7, 40)));
    String refusal = ledger.refusal(open(2, 7, 41));
    assertTrue(refusal.startsWith("history of 41 pages beside 60"), refusal);
  }

  @Test
  void grantsEachMigrationItsOwnBudget() {
    ledger.take(open(1, 7, BUDGET_PAGES));
    assertEquals("", ledger.refusal(open(2, 8, BUDGET_PAGES)));
  }

  @Test
  void grantsAgainWhatAClosedChannelHad() {
    ledger.take(open(1, 7, BUDGET_PAGES));
    ledger.release(1);
    ledger.release(1);
    assertEquals("", ledger.refusal(open(2, 7, BUDGET_PAGES)));
  }

  @Test
  void boundsAllMigrationsOfTheSession() {
    for (int i = 1; i <= HistoryLedger.SESSION_BUDGETS; i++) {
      assertEquals("", ledger.refusal(open(i, i, BUDGET_PAGES)));
      ledger.take(open(i, i, BUDGET_PAGES));
    }
    assertTrue(ledger.refusal(open(1000, 1000, 1)).contains("of the same session"));
    assertEquals("", ledger.refusal(open(1001, 1001, 0)));
  }

  @Test
  void doesNotOverflow() {
    HistoryLedger whole = new HistoryLedger(Long.MAX_VALUE);
    assertEquals("", whole.refusal(open(1, 1, Integer.MAX_VALUE)));
    assertTrue(!ledger.refusal(open(1, 1, Integer.MAX_VALUE)).isEmpty());
  }
}
