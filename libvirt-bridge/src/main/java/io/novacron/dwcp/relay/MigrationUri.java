package io.novacron.dwcp.relay;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A migration URI: {@code tcp://HOST:PORT} or, as libvirt's destinations write it, {@code
 * tcp:HOST:PORT}.
 *
 * @param host as written, an IPv6 address in its brackets; empty if there is none
 */
public record MigrationUri(String scheme, String host, OptionalInt port) {
  /** The scheme that names this project; libvirt knows tcp, rdma and unix only. */
  static final String DWCP = "dwcp";

  static final String TCP = "tcp";

  private static final Pattern FORM =
      Pattern.compile(
          "([A-Za-z][A-Za-z0-9+.-]*):(?://)?(\\[[^\\]/]*\\]|[^:/\\[\\]]*)(?::(\\d{1,5}))?([/?#].*)?");
  private static final int MAX_PORT = 65_535;

  public static MigrationUri parse(String text) throws RpcException {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new RpcException("'%s' is no migration URI".formatted(text));
    }
    String port = form.group(3);
    if (port != null && (Integer.parseInt(port) == 0 || Integer.parseInt(port) > MAX_PORT)) {
      throw new RpcException("'%s' has no port of 1 to %d".formatted(text, MAX_PORT));
    }
    return new MigrationUri(
        form.group(1).toLowerCase(Locale.ROOT),
        form.group(2),
        port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)));
  }
}
