package io.novacron.dwcp.lab;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One migration as {@code dwcp history --json} shows it to scripts: only its documented keys. */
record HistoryEntry(JsonObject json) {
  /** The entries of the command's output, newest first. */
  static List<HistoryEntry> read(String text) {
    List<HistoryEntry> entries = new ArrayList<>();
    for (JsonElement each : JsonParser.parseString(text).getAsJsonArray()) {
      entries.add(new HistoryEntry(each.getAsJsonObject()));
    }
    entries.sort(Comparator.comparing(HistoryEntry::startedAt).reversed());
    return entries;
  }

  private String text(String key) {
    return json.get(key).getAsString();
  }

  Instant startedAt() {
    return Instant.parse(text("startedAt"));
  }

  String role() {
    return text("role");
  }

  String domain() {
    return text("domain");
  }

  String transport() {
    return text("transport");
  }

  String outcome() {
    return text("outcome");
  }

  String reason() {
    return text("reason");
  }

  String destination() {
    return text("destination");
  }

  long rawBytes() {
    return json.get("rawBytes").getAsLong();
  }

  long wireBytes() {
    return json.get("wireBytes").getAsLong();
  }

  int streams() {
    return json.get("streams").getAsInt();
  }

  /** Guest pages that one encoding carried; 0 for an encoding that is not named. */
  long pages(String encoding) {
    JsonElement count = json.getAsJsonObject("pages").get(encoding);
    return count == null ? 0 : count.getAsLong();
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
