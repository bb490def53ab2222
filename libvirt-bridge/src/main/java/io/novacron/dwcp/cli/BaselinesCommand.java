package io.novacron.dwcp.cli;

import picocli.CommandLine.Command;

/** {@code dwcp baselines}, which does nothing by itself. */
@Command(
    name = "baselines",
    description = {
      "Lists or removes what this host keeps of the memory of guests.",
      "A baseline is what a guest looked like when it last went between this host and a peer; on"
          + " its way back pages that are still the same do not travel."
    },
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class,
    subcommands = {BaselinesListCommand.class, BaselinesDropCommand.class},
    synopsisSubcommandLabel = "COMMAND")
final class BaselinesCommand {}
