package io.novacron.dwcp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dwcp tls init}. */
@Command(
    name = "init",
    description = "Makes an authority: ca.pem and its key. Overwrites nothing.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class TlsInitCommand extends FileWork {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "/etc/dwcp/pki",
      description = "Where it is kept (default: ${DEFAULT-VALUE}).")
  private @Nullable Path directory;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "3650",
      description = "How long it is valid (default: ${DEFAULT-VALUE}).")
  private int days;

  @Override
  void work(PrintWriter out) throws IOException {
    Validity.check(called(), days);
    Path at = Objects.requireNonNull(directory);
    for (Path made : new CertificateAuthority(at).init("DWCP authority", days)) {
      out.println(made);
    }
  }
}
