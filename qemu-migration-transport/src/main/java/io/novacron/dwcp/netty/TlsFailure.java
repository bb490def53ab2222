package io.novacron.dwcp.netty;

import io.netty.handler.codec.DecoderException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What an operator is told when a connection fails; the layers of TLS wrap it several times. */
final class TlsFailure {
  private TlsFailure() {}

  /** The reason in words; of any failure, not only of TLS. */
  static String reason(Throwable failure) {
    Throwable told =
        failure instanceof DecoderException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (told instanceof SSLException) {
      return "TLS: " + ofTls(told);
    }
    return told instanceof ClosedChannelException
        ? "closed by the peer"
        : String.valueOf(told.getMessage());
  }

  private static String ofTls(Throwable failure) {
    Optional<String> certificate = aboutCertificate(failure);
    if (certificate.isPresent()) {
      return certificate.get();
    }
    String message = String.valueOf(failure.getMessage());
    return message.toLowerCase(Locale.ROOT).contains("alert")
        ? "the peer does not accept the certificate of this host, its log says why ("
            + message
            + ")"
        : message;
  }

  /** The innermost word about a certificate: those around it only repeat that there is one. */
  private static Optional<String> aboutCertificate(Throwable failure) {
    String found = null;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof GeneralSecurityException && at.getMessage() != null) {
        found = at.getMessage();
      }
    }
    return Optional.ofNullable(found).map(message -> "certificate: " + message);
  }
}
