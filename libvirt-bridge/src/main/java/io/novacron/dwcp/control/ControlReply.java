package io.novacron.dwcp.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.novacron.dwcp.history.Json;
import java.util.Optional;
import java.util.UUID;

/** What the daemon answers: {@code {"answer":…}} or {@code {"error":"…"}} on one line. */
sealed interface ControlReply {

  /**
   * Bytes of a reply with its line end: 100,000 records of the history at 600 bytes each. The
   * daemon is root and trusted; the limit catches a stranger that listens in its place.
   */
  int LONGEST_REPLY_BYTES = 64 * 1024 * 1024;

  /** The report that was asked for, as JSON. */
  record Answer(JsonElement report) implements ControlReply {}

  /** Why there is none. */
  record Failure(String message) implements ControlReply {}

  /** The reply as its line, without the line end. */
  default String toLine() {
    var json = new JsonObject();
    switch (this) {
      case Answer(JsonElement report) -> json.add("answer", report);
      case Failure(String message) -> json.addProperty("error", message);
    }
    return Json.COMPACT.toJson(json);
  }

  /**
   * Asks the daemon what the request asks for.
   *
   * @throws ControlException when it refuses
   */
  static ControlReply of(ControlRequest request, DaemonView view) throws ControlException {
    Object report =
        switch (request) {
          case ControlRequest.Status() -> view.status();
          case ControlRequest.Peers() -> view.peers();
          case ControlRequest.History(int limit) -> view.history(limit);
          case ControlRequest.Baselines() -> view.baselines();
          case ControlRequest.DropBaselines(Optional<UUID> guest) -> view.dropBaselines(guest);
          case ControlRequest.Limits() -> view.limits();
          case ControlRequest.SetLimit(String name, long bytesPerSecond) ->
              view.setLimit(name, bytesPerSecond);
        };
    return new Answer(Json.COMPACT.toJsonTree(report));
  }

  /** Reads a line. */
  static ControlReply fromLine(String line) throws ControlException {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      JsonElement error = json.get("error");
      JsonElement answer = json.get("answer");
      if (error != null) {
        return new Failure(error.getAsString());
      }
      if (answer != null) {
        return new Answer(answer);
      }
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException broken) {
      throw new ControlException("what answers is not dwcpd: its reply is not JSON", broken);
    }
    throw new ControlException("what answers is not dwcpd: neither an answer nor an error");
  }
}
