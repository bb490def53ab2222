package io.novacron.dwcp.config;

import com.typesafe.config.ConfigObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds keys that the table does not declare: a mistyped key must not pass for a default. */
final class UnknownKeys {

  private static final String PEERS = "dwcp.peers";

  private final ConfigReader reader;
  private final Set<String> known = new TreeSet<>();
  private final Set<String> sections = new TreeSet<>(List.of("dwcp", PEERS));

  UnknownKeys(ConfigReader reader) {
    this.reader = reader;
    for (ConfigKey<?> key : ConfigKeys.DAEMON) {
      known.add(key.fullPath());
      sections.add(key.fullPath().substring(0, key.fullPath().lastIndexOf('.')));
    }
  }

  void report(ConfigObject root) {
    report("", root);
  }

  private void report(String prefix, ConfigObject section) {
    section.forEach((name, value) -> {
      String path = prefix + name;
      if (!sections.contains(path) && !known.contains(path)) {
        reader.problem(value, path, "is not a key" + suggestion(path));
      } else if (path.equals(PEERS) || known.contains(path)) {
        return; // their values are read, and refused, by those who know them
      } else if (value instanceof ConfigObject inner) {
        report(path + ".", inner);
      } else {
        reader.problem(value, path, "is a section: write " + name + " { … }");
      }
    });
  }

  private String suggestion(String path) {
    var candidates = new TreeSet<>(known);
    candidates.addAll(sections);
    return NearestName.of(path, candidates)
        .map(nearest -> "; did you mean " + nearest + "?")
        .orElse("; see dwcp.conf(5) for all of them");
  }
}
