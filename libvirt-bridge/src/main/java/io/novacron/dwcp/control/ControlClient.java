package io.novacron.dwcp.control;

import com.google.gson.JsonElement;
import com.google.gson.reflect.TypeToken;
import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.history.MigrationRecord;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The command's side of the conversation: one connection for each question.
 *
 * <p>Blocks until the daemon answers; the daemon cuts a conversation off itself.
 */
public final class ControlClient {

  private final Path socket;

  /** Connects nowhere yet. */
  public ControlClient(Path socket) {
    this.socket = socket;
  }

  /** Asks, and gives the report as the daemon sent it. */
  public JsonElement ask(ControlRequest request) throws ControlException {
    return switch (ControlReply.fromLine(exchange(request.toLine()))) {
      case ControlReply.Answer(JsonElement report) -> report;
      case ControlReply.Failure(String message) -> throw new ControlException(message);
    };
  }

  /** The answer to {@link ControlRequest.Status}, read. */
  public static StatusReport status(JsonElement report) throws ControlException {
    return read(report, TypeToken.get(StatusReport.class));
  }

  /** The answer to {@link ControlRequest.Peers}, read. */
  public static List<PeerReport> peers(JsonElement report) throws ControlException {
    return read(report, new TypeToken<>() {});
  }

  /** The answer to {@link ControlRequest.History}, read. */
  public static List<MigrationRecord> history(JsonElement report) throws ControlException {
    return read(report, new TypeToken<>() {});
  }

  /** The answer to {@link ControlRequest.Baselines} and to {@code DropBaselines}, read. */
  public static List<BaselineReport> baselines(JsonElement report) throws ControlException {
    return read(report, new TypeToken<>() {});
  }

  /** The answer to {@link ControlRequest.Limits} and to {@code SetLimit}, read. */
  public static List<LimitReport> limits(JsonElement report) throws ControlException {
    return read(report, new TypeToken<>() {});
  }

  private static <T> T read(JsonElement report, TypeToken<T> type) throws ControlException {
    try {
      return Json.COMPACT.fromJson(report, type);
    } catch (RuntimeException otherVersion) {
      // Gson reports a missing component through several unchecked types.
      throw new ControlException(
          "dwcpd is of another version than this dwcp (" + otherVersion.getMessage() + ")",
          otherVersion);
    }
  }

  private String exchange(String line) throws ControlException {
    if (!Files.exists(socket)) {
      throw new ControlException(
          "dwcpd does not run here: no " + socket + "; start it with: systemctl start dwcpd");
    }
    try (SocketChannel daemon = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ControlLine.write(daemon, line);
      return ControlLine.read(daemon, ControlReply.LONGEST_REPLY_BYTES);
    } catch (IOException failed) {
      throw new ControlException(reason(failed), failed);
    }
  }

  private String reason(IOException failed) {
    String seen = String.valueOf(failed.getMessage());
    if (!Files.isWritable(socket)) {
      return "no permission to open " + socket + "; run dwcp as root";
    }
    if (failed instanceof ConnectException) {
      return "dwcpd does not run here: nobody listens on "
          + socket
          + "; start it with: systemctl start dwcpd";
    }
    return "dwcpd on " + socket + " gave no answer: " + seen;
  }
}
