package io.novacron.dwcp.cli;

import io.novacron.dwcp.config.LocalHostName;
import io.novacron.dwcp.config.RefusedValueException;
import io.novacron.dwcp.config.ValueType;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code dwcp tls issue}. */
@Command(
    name = "issue",
    description = {
      "Makes a certificate and a key for a host, with the authority of dwcp tls init. Overwrites"
          + " nothing.",
      "For this host they go where its daemon looks; for another into a directory of its name,"
          + " whose files belong into /etc/dwcp/pki there."
    },
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class TlsIssueCommand extends FileWork {
  @Parameters(
      index = "0",
      paramLabel = "HOST",
      description = "The host's name, by which peers dial it.")
  private @Nullable String host;

  @Option(
      names = "--also",
      paramLabel = "NAME",
      description = "Another name or address of it; may be given more than once.")
  private List<String> also = new ArrayList<>();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "/etc/dwcp/pki",
      description = "Where the authority is kept (default: ${DEFAULT-VALUE}).")
  private @Nullable Path directory;

  @Option(
      names = "--out",
      paramLabel = "OUT",
      description = "Where the files go (default: DIR for this host, DIR/HOST for others).")
  private @Nullable Path out;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "825",
      description = "How long it is valid (default: ${DEFAULT-VALUE}).")
  private int days;

  @Override
  void work(PrintWriter printer) throws IOException {
    Validity.check(called(), days);
    String name = Objects.requireNonNull(host);
    List<String> names = new ArrayList<>(List.of(name));
    names.addAll(also);
    names.forEach(this::check);
    Path authority = Objects.requireNonNull(directory);
    Path to = out;
    if (to == null) {
      to = name.equals(LocalHostName.read()) ? authority : authority.resolve(name);
    }
    for (Path made : new CertificateAuthority(authority).issue(names, days, to)) {
      printer.println(made);
    }
  }

  private void check(String name) {
    try {
      InetAddress.ofLiteral(name);
    } catch (IllegalArgumentException noAddress) {
      ValueType.HostName form = new ValueType.HostName();
      try {
        form.read(name);
      } catch (RefusedValueException refused) {
        throw new ParameterException(
            called().commandLine(),
            refused.getMessage() + "; allowed: an address, or " + form.allowed());
      }
    }
  }
}
