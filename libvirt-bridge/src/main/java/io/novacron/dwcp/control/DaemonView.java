package io.novacron.dwcp.control;

import io.novacron.dwcp.history.MigrationRecord;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the daemon shows of itself. Called from any thread, several at once; answers are snapshots
 * and come within a fraction of {@link ControlServer#CONVERSATION_LIMIT}.
 */
public interface DaemonView {

  /** How the daemon is and what it does now. */
  StatusReport status();

  /** All peers, in the order of their names. */
  List<PeerReport> peers();

  /** The baselines that this host keeps, the newest first. */
  List<BaselineReport> baselines();

  /** Removes the baselines of a guest, or all without one. Says what is gone. */
  List<BaselineReport> dropBaselines(Optional<UUID> guest);

  /** The host's limit on what is sent, then the peers' in the order of their names. */
  List<LimitReport> limits();

  /**
   * Changes a limit until the daemon ends.
   *
   * @param name a peer's, or {@code host}
   * @param bytesPerSecond 0 for none
   * @throws ControlException when there is no such peer, with the names of those there are; or no
   *     such rate
   */
  List<LimitReport> setLimit(String name, long bytesPerSecond) throws ControlException;

  /** The newest migrations, the newest first; at most {@code limit}. */
  List<MigrationRecord> history(int limit);
}
