package io.novacron.dwcp.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Where this host's certificates are: in our own directory, else where it has them for others. */
public sealed interface CertificateSearch {
  /** Complete. */
  record Found(CertificateFiles files) implements CertificateSearch {}

  /**
   * None that can be used.
   *
   * @param problems which files were looked for, and how they are made
   */
  record NotFound(List<String> problems) implements CertificateSearch {}

  /**
   * Looks. Our directory counts as soon as it holds one of its files, and must then be complete: a
   * forgotten key shall not bring other certificates to use.
   *
   * @param pki {@code /etc/pki}
   */
  static CertificateSearch in(Path own, Path pki) {
    CertificateFiles ours = CertificateFiles.in(own);
    List<Path> missing = ours.missing();
    if (missing.isEmpty()) {
      return new Found(ours);
    }
    if (missing.size() < ours.required().size()) {
      return new NotFound(
          List.of(
              "tls needs what is missing in %s: %s; dwcp tls init makes an authority, dwcp tls issue HOST a certificate"
                  .formatted(own, listed(missing))));
    }
    List<String> problems = new ArrayList<>();
    problems.add(
        "tls needs certificates, and there are none: dwcp tls init and dwcp tls issue HOST make %s"
            .formatted(listed(ours.required())));
    for (CertificateFiles each : CertificateFiles.ofHost(pki)) {
      if (each.missing().isEmpty()) {
        return new Found(each);
      }
      problems.add("tls would take the host's own as well; missing are " + listed(each.missing()));
    }
    return new NotFound(problems);
  }

  private static String listed(List<Path> files) {
    return files.stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
