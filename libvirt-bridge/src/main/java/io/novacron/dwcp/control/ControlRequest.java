package io.novacron.dwcp.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import org.jspecify.annotations.Nullable;

/** What the command asks: one JSON object on one line, {@code {"request":"history","limit":20}}. */
public sealed interface ControlRequest {

  /** Bytes of a request with its line end; the longest that we write takes 40. */
  int LONGEST_REQUEST_BYTES = 4 * 1024;

  /** Asks for a {@link StatusReport}. */
  record Status() implements ControlRequest {}

  /** Asks for a list of {@link PeerReport}. */
  record Peers() implements ControlRequest {}

  /** Asks for the newest migrations, 1 to {@link #MOST_ENTRIES}. */
  record History(int limit) implements ControlRequest {
    /** As many as the configuration lets the daemon keep. */
    public static final int MOST_ENTRIES = 100_000;

    /** Refuses a limit outside the range. */
    public History {
      if (limit < 1 || limit > MOST_ENTRIES) {
        throw new IllegalArgumentException("limit " + limit + " is not in 1 to " + MOST_ENTRIES);
      }
    }
  }

  /** The request as its line, without the line end. */
  default String toLine() {
    var json = new JsonObject();
    switch (this) {
      case Status() -> json.addProperty("request", "status");
      case Peers() -> json.addProperty("request", "peers");
      case History(int limit) -> {
        json.addProperty("request", "history");
        json.addProperty("limit", limit);
      }
    }
    return json.toString();
  }

  /**
   * Reads a line.
   *
   * @throws ControlException with what was seen and what is known; the daemon goes on
   */
  static ControlRequest fromLine(String line) throws ControlException {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      JsonElement name = json.get("request");
      return switch (name == null ? "nothing" : name.getAsString()) {
        case "status" -> new Status();
        case "peers" -> new Peers();
        case "history" -> new History(limit(json.get("limit")));
        case String other ->
            throw new ControlException(
                "request \"" + other + "\" is not known; known are status, peers, history");
      };
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException malformed) {
      throw new ControlException("request is malformed: " + malformed.getMessage());
    }
  }

  private static int limit(@Nullable JsonElement limit) throws ControlException {
    if (limit == null) {
      throw new ControlException("request \"history\" needs a limit");
    }
    return limit.getAsInt();
  }
}
