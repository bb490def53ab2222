package io.novacron.dwcp.session;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.wire.Frame;
import java.util.HashMap;
import java.util.Map;

/**
 * Who holds how much page history at the destination: the open channels of one migration stay
 * within the budget that HELLO_REPLY gave (PROTOCOL.md 4.2), those of the session within {@link
 * #SESSION_BUDGETS} of them. Session thread only.
 */
final class HistoryLedger {
  /** 32 libvirt connections that migrate at once to one host; Nova's default is one. */
  static final int SESSION_BUDGETS = 32;

  private record Share(long migrationId, long pages) {}

  private final long budgetPages;
  private final Map<Integer, Share> shares = new HashMap<>();

  HistoryLedger(long budgetBytes) {
    this.budgetPages = budgetBytes / PageSize.BYTES;
  }

  /** Why the channel may not have the history that it asks for; empty if it may. */
  String refusal(Frame.Open open) {
    long ofMigration = 0;
    long ofSession = 0;
    for (Share share : shares.values()) {
      ofSession += share.pages();
      ofMigration += share.migrationId() == open.migrationId() ? share.pages() : 0;
    }
    if (open.historyPages() == 0) {
      return "";
    }
    if (ofMigration + open.historyPages() > budgetPages) {
      return exceeds(open, ofMigration, "migration", budgetPages);
    }
    return ofSession + open.historyPages() > SESSION_BUDGETS * budgetPages
        ? exceeds(open, ofSession, "session", SESSION_BUDGETS * budgetPages)
        : "";
  }

  private static String exceeds(Frame.Open open, long taken, String whose, long limit) {
    return "history of "
        + open.historyPages()
        + " pages beside "
        + taken
        + " of the same "
        + whose
        + " exceeds the budget of "
        + limit
        + " pages, which follows from HELLO_REPLY";
  }

  void take(Frame.Open open) {
    if (open.historyPages() > 0) {
      shares.put(open.channelId(), new Share(open.migrationId(), open.historyPages()));
    }
  }

  /** The channel is closed; harmless when it had none. */
  void release(int channelId) {
    shares.remove(channelId);
  }
}
