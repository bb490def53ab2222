package io.novacron.dwcp.cli;

import io.novacron.dwcp.control.ProductVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The program {@code dwcp}: asks the daemon of this host and prints what it says, or plays a
 * recording.
 */
@Command(
    name = "dwcp",
    description =
        "Shows what dwcpd, the migration daemon of this host, does and did, and what it would"
            + " bring.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class,
    subcommands = {
      StatusCommand.class,
      PeersCommand.class,
      HistoryCommand.class,
      BaselinesCommand.class,
      LimitCommand.class,
      ReplayCommand.class,
      DoctorCommand.class,
      TlsCommand.class,
      AuditCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the daemon answered; doctor: no check failed",
      "1:it does not run here, or did not answer; doctor: a check failed",
      "2:the command line is wrong",
      "3:replay only: what arrived differs from the recording"
    })
public final class DwcpCommand {

  private DwcpCommand() {}

  /** Runs and exits. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command with its subcommands; also what the completion is generated from. */
  static CommandLine commandLine() {
    // Without a subcommand picocli reports what is missing, with the usage and exit code 2.
    return new CommandLine(new DwcpCommand()).setUsageHelpAutoWidth(false);
  }

  /** {@code dwcp VERSION}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"dwcp " + ProductVersion.read()};
    }
  }
}
