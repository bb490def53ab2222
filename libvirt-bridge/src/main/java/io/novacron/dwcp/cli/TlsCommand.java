package io.novacron.dwcp.cli;

import picocli.CommandLine.Command;

/** {@code dwcp tls}, which does nothing by itself. */
@Command(
    name = "tls",
    description = {
      "Makes and shows the certificates by which daemons know each other.",
      "On one host: init makes an authority, issue HOST a certificate for each host. Each host"
          + " needs three files in /etc/dwcp/pki: ca.pem, cert.pem and key.pem. The authority's own"
          + " key, ca-key.pem, is kept where it was made."
    },
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class,
    subcommands = {TlsInitCommand.class, TlsIssueCommand.class, TlsShowCommand.class},
    synopsisSubcommandLabel = "COMMAND")
final class TlsCommand {}
