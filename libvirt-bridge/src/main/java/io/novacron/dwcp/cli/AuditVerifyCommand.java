package io.novacron.dwcp.cli;

import io.novacron.dwcp.audit.AuditCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code dwcp audit verify}. */
@Command(
    name = "verify",
    description = {
      "Checks that no line of the audit log was changed, removed or put in, and prints how many"
          + " there are and the hash of the last.",
      "Note that hash elsewhere: a log that was written anew from some line on ends otherwise."
    },
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class AuditVerifyCommand extends FileWork {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = "/var/lib/dwcp/audit.log",
      description = "The log (default: ${DEFAULT-VALUE}).")
  private @Nullable Path file;

  @Override
  void work(PrintWriter out) throws IOException {
    Path log = Objects.requireNonNull(file);
    switch (AuditCheck.of(log)) {
      case AuditCheck.Whole whole ->
          out.println(whole.lines() + " lines, the last is " + whole.lastHash());
      case AuditCheck.Broken broken ->
          throw new IOException(
              log + ":" + broken.line() + ": this line does not follow those before it");
    }
  }
}
