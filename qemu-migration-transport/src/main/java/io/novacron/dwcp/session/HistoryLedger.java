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

  /**
   * What the open channels of one migration hold.
   *
   * @param baselinePages counted until the last of them is closed, whichever of them use it
   */
  private record Sum(int channels, long pages, long baselinePages) {
    static final Sum NONE = new Sum(0, 0, 0);

    long allPages() {
      return pages + baselinePages;
    }
  }

  private final long budgetPages;
  private final Map<Integer, Share> shares = new HashMap<>();
  private final Map<Long, Sum> migrations = new HashMap<>();
  private long sessionPages;

  HistoryLedger(long budgetBytes) {
    this.budgetPages = budgetBytes / PageSize.BYTES;
  }

  /** Why the channel may not have the history that it asks for; empty if it may. */
  String refusal(Frame.Open open) {
    long ofMigration = sum(open.migrationId()).allPages();
    if (open.historyPages() == 0) {
      return "";
    }
    if (ofMigration + open.historyPages() > budgetPages) {
      return exceeds(open, ofMigration, "migration", budgetPages);
    }
    return sessionPages + open.historyPages() > SESSION_BUDGETS * budgetPages
        ? exceeds(open, sessionPages, "session", SESSION_BUDGETS * budgetPages)
        : "";
  }

  private Sum sum(long migrationId) {
    return migrations.getOrDefault(migrationId, Sum.NONE);
  }

  private void put(long migrationId, Sum sum) {
    sessionPages += sum.allPages() - sum(migrationId).allPages();
    migrations.put(migrationId, sum);
  }

  /**
   * Whether the channel, which took its history before, may use a baseline of so many pages: those
   * of one migration share it, so it counts once.
   */
  boolean takeBaseline(Frame.Open open, long baselinePages) {
    Sum sum = sum(open.migrationId());
    long more = Math.max(0, baselinePages - sum.baselinePages());
    if (sum.allPages() + more > budgetPages
        || sessionPages + more > SESSION_BUDGETS * budgetPages) {
      return false;
    }
    boolean isFirst = !shares.containsKey(open.channelId());
    if (isFirst) {
      shares.put(open.channelId(), new Share(open.migrationId(), 0));
    }
    int channels = sum.channels() + (isFirst ? 1 : 0);
    put(open.migrationId(), new Sum(channels, sum.pages(), sum.baselinePages() + more));
    return true;
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
      Sum sum = sum(open.migrationId());
      put(
          open.migrationId(),
          new Sum(sum.channels() + 1, sum.pages() + open.historyPages(), sum.baselinePages()));
    }
  }

  /** The channel is closed; harmless when it had none. */
  void release(int channelId) {
    Share share = shares.remove(channelId);
    if (share == null) {
      return;
    }
    Sum sum = sum(share.migrationId());
    if (sum.channels() > 1) {
      put(
          share.migrationId(),
          new Sum(sum.channels() - 1, sum.pages() - share.pages(), sum.baselinePages()));
    } else {
      sessionPages -= sum.allPages();
      migrations.remove(share.migrationId());
    }
  }
}
