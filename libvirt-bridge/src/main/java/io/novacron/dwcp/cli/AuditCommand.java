package io.novacron.dwcp.cli;

import picocli.CommandLine.Command;

/** {@code dwcp audit}, which does nothing by itself. */
@Command(
    name = "audit",
    description = "Checks the record of what dwcpd of this host decided.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class,
    subcommands = AuditVerifyCommand.class,
    synopsisSubcommandLabel = "COMMAND")
final class AuditCommand {}
