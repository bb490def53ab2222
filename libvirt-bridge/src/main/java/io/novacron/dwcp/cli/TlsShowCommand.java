package io.novacron.dwcp.cli;

import io.novacron.dwcp.config.ConfigFile;
import io.novacron.dwcp.config.ConfigResult;
import io.novacron.dwcp.config.DaemonConfig.SecurityConfig;
import io.novacron.dwcp.config.HostCertificates;
import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.CertificateNames;
import io.novacron.dwcp.tls.CertificateSearch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dwcp tls show}. */
@Command(
    name = "show",
    description = "Shows the certificates that dwcpd of this host uses, never a key.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class TlsShowCommand extends FileWork {
  @Option(names = "--json", description = "Print JSON for scripts; keys are only ever added.")
  private boolean json;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "/etc/dwcp/dwcp.conf",
      description = "The daemon's configuration (default: ${DEFAULT-VALUE}).")
  private @Nullable Path config;

  /**
   * One certificate; the components are the keys of the JSON.
   *
   * @param use authority, dialling or listening
   * @param sha256 of the certificate in DER, in hex
   */
  private record Entry(
      String use,
      String file,
      String subject,
      List<String> names,
      String issuer,
      Instant notBefore,
      Instant notAfter,
      String sha256) {
    static Entry of(String use, Path file, X509Certificate shown) throws GeneralSecurityException {
      return new Entry(
          use,
          file.toString(),
          shown.getSubjectX500Principal().getName(),
          CertificateNames.of(shown).names(),
          shown.getIssuerX500Principal().getName(),
          shown.getNotBefore().toInstant(),
          shown.getNotAfter().toInstant(),
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(shown.getEncoded())));
    }
  }

  @Override
  void work(PrintWriter out) throws IOException {
    CertificateFiles files =
        switch (HostCertificates.search(security())) {
          case CertificateSearch.Found found -> found.files();
          case CertificateSearch.NotFound nothing ->
              throw new IOException(String.join("\ndwcp: ", nothing.problems()));
        };
    List<Entry> entries = entries(files);
    if (json) {
      out.println(Json.indented().toJson(entries));
    } else {
      entries.forEach(each -> print(each, out));
    }
  }

  private SecurityConfig security() throws IOException {
    return switch (ConfigFile.read(Objects.requireNonNull(config))) {
      case ConfigResult.Accepted valid -> valid.config().security();
      case ConfigResult.Refused refused ->
          throw new IOException(
              refused.problems().stream()
                  .map(Object::toString)
                  .collect(Collectors.joining("\ndwcp: ")));
    };
  }

  private static List<Entry> entries(CertificateFiles files) throws IOException {
    try {
      List<Entry> entries = new ArrayList<>();
      for (X509Certificate each : CertificateFiles.certificates(files.ca())) {
        entries.add(Entry.of("authority", files.ca(), each));
      }
      Path dialling = files.dialling().certificate();
      Path listening = files.listening().certificate();
      entries.add(Entry.of("dialling", dialling, CertificateFiles.certificates(dialling)[0]));
      entries.add(Entry.of("listening", listening, CertificateFiles.certificates(listening)[0]));
      return entries;
    } catch (GeneralSecurityException e) {
      throw new IOException("a certificate cannot be shown: " + e.getMessage(), e);
    }
  }

  private static void print(Entry entry, PrintWriter out) {
    out.println(entry.use() + ": " + entry.file());
    out.println("  subject  " + Table.safe(entry.subject()));
    if (!entry.use().equals("authority")) {
      out.println("  names    " + Table.safe(String.join(", ", entry.names())));
      out.println("  issuer   " + Table.safe(entry.issuer()));
    }
    out.println("  valid    " + entry.notBefore() + " to " + entry.notAfter());
    out.println("  sha256   " + entry.sha256());
  }
}
