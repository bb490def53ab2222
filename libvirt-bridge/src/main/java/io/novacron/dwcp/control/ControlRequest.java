package io.novacron.dwcp.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the command asks: one JSON object on one line, {@code {"request":"history","limit":20}}. */
public sealed interface ControlRequest {

  /** Bytes of a request with its line end; the longest that we write takes 200. */
  int LONGEST_REQUEST_BYTES = 4 * 1024;

  /** In place of a guest's UUID. */
  String EVERY_GUEST = "all";

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

  /** Asks for a list of {@link BaselineReport}. */
  record Baselines() implements ControlRequest {}

  /** Drops the baselines of a guest, or all without one; asks for a list of what is gone. */
  record DropBaselines(Optional<UUID> guest) implements ControlRequest {}

  /** Asks for a list of {@link LimitReport}. */
  record Limits() implements ControlRequest {}

  /**
   * Sets a limit; asks for a list of {@link LimitReport}.
   *
   * @param name of a peer, or {@code host}
   * @param bytesPerSecond 0 for none
   */
  record SetLimit(String name, long bytesPerSecond) implements ControlRequest {}

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
      case Baselines() -> json.addProperty("request", "baselines");
      case DropBaselines(Optional<UUID> guest) -> {
        json.addProperty("request", "drop-baselines");
        json.addProperty("guest", guest.map(UUID::toString).orElse(EVERY_GUEST));
      }
      case Limits() -> json.addProperty("request", "limits");
      case SetLimit(String name, long bytesPerSecond) -> {
        json.addProperty("request", "set-limit");
        json.addProperty("name", name);
        json.addProperty("bytesPerSecond", bytesPerSecond);
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
        case "baselines" -> new Baselines();
        case "drop-baselines" -> new DropBaselines(guest(json.get("guest")));
        case "limits" -> new Limits();
        case "set-limit" -> setLimit(json.get("name"), json.get("bytesPerSecond"));
        case String other ->
            throw new ControlException(
                "request \""
                    + other
                    + "\" is not known; known are status, peers, history, baselines,"
                    + " drop-baselines, limits, set-limit");
      };
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException malformed) {
      throw new ControlException("request is malformed: " + malformed.getMessage());
    }
  }

  private static Optional<UUID> guest(@Nullable JsonElement guest) throws ControlException {
    if (guest == null) {
      throw new ControlException("request \"drop-baselines\" needs a guest, or \"all\"");
    }
    String text = guest.getAsString();
    return text.equals(EVERY_GUEST) ? Optional.empty() : Optional.of(UUID.fromString(text));
  }

  private static SetLimit setLimit(@Nullable JsonElement name, @Nullable JsonElement rate)
      throws ControlException {
    if (name == null || rate == null) {
      throw new ControlException("request \"set-limit\" needs a name and bytesPerSecond");
    }
    return new SetLimit(name.getAsString(), rate.getAsLong());
  }

  private static int limit(@Nullable JsonElement limit) throws ControlException {
    if (limit == null) {
      throw new ControlException("request \"history\" needs a limit");
    }
    return limit.getAsInt();
  }
}
