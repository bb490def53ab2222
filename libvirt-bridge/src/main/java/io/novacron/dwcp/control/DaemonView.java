package io.novacron.dwcp.control;

import io.novacron.dwcp.history.MigrationRecord;
import java.util.List;

/**
 * What the daemon shows of itself. Called from any thread, several at once; answers are snapshots
 * and come within a fraction of {@link ControlServer#CONVERSATION_LIMIT}.
 */
public interface DaemonView {

  /** How the daemon is and what it does now. */
  StatusReport status();

  /** All peers, in the order of their names. */
  List<PeerReport> peers();

  /** The newest migrations, the newest first; at most {@code limit}. */
  List<MigrationRecord> history(int limit);
}
