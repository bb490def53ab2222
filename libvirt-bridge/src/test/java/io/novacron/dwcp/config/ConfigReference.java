package io.novacron.dwcp.config;

import java.util.ArrayList;
import java.util.List;

/** What the sample file and the manual page must say, written from the table of keys. */
final class ConfigReference {

  private static final int LINE_LENGTH = 96;

  private ConfigReference() {}

  /** The whole of packaging/etc/dwcp.conf: every key, commented out at its default. */
  static String sampleFile() {
    var text = new StringBuilder();
    text.append(
        "# Configuration of dwcpd (HOCON). Every key stands here at its default; see"
            + " dwcp.conf(5).\n");
    text.append("# Check it with: dwcpd --check-config. It is read when the daemon starts.\n");
    text.append("dwcp {\n");
    for (ConfigKey<?> key : ConfigKeys.DAEMON) {
      describe(key, "  ", text);
      text.append("  # ").append(key.path()).append(" = ").append(written(key)).append("\n\n");
    }
    text.append("  peers {\n");
    for (ConfigKey<?> key : ConfigKeys.PEER) {
      describe(key, "    ", text);
    }
    text.append("    # host-b { address = \"10.88.0.2:16590\",");
    text.append(" libvirt = \"qemu+tcp://10.88.0.2/system\" }\n  }\n}\n");
    return text.toString();
  }

  private static void describe(ConfigKey<?> key, String indent, StringBuilder text) {
    String allowed = "Allowed: " + key.type().allowed() + ".";
    String prefix = key.path().startsWith("peers.") ? key.name() + ": " : "";
    for (String line : wrapped(prefix + key.meaning() + " " + allowed)) {
      text.append(indent).append("# ").append(line).append('\n');
    }
  }

  /** The keys as dwcp.conf(5) lists them, between the heads KEYS and FILES. */
  static String manualSection() {
    var text = new StringBuilder();
    List<ConfigKey<?>> all = new ArrayList<>(ConfigKeys.DAEMON);
    all.addAll(ConfigKeys.PEER);
    for (ConfigKey<?> key : all) {
      text.append(".TP\n.B ").append(troff(key.path())).append('\n');
      text.append(troff(key.meaning())).append('\n');
      text.append(".br\nValue: ").append(troff(key.type().label())).append("; ");
      text.append(troff(key.type().allowed())).append(".\n.br\n");
      if (!key.defaultText().isEmpty()) {
        text.append("Default: ").append(troff(key.defaultText())).append(". ");
      }
      text.append(troff(key.reason())).append(" Since ").append(key.since()).append(".\n");
    }
    return text.toString();
  }

  private static String troff(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }

  /** Only letters, digits, spaces and a few marks may stand without quotes in HOCON. */
  private static String written(ConfigKey<?> key) {
    String value = key.defaultText();
    return value.matches("[A-Za-z0-9 /-]+") ? value : '"' + value + '"';
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    var line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > LINE_LENGTH) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
