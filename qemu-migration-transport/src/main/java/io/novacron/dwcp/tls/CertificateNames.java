package io.novacron.dwcp.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Whose a certificate is.
 *
 * @param subject its distinguished name, as RFC 2253 writes it
 * @param names host names and addresses: those of subjectAltName, else the common name (RFC 6125)
 */
public record CertificateNames(String subject, List<String> names) {
  /** Kinds of names in subjectAltName (RFC 5280). */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  public CertificateNames {
    names = List.copyOf(names);
  }

  /**
   * What the certificate says.
   *
   * @throws CertificateParsingException when its names cannot be read
   */
  public static CertificateNames of(X509Certificate certificate)
      throws CertificateParsingException {
    String subject = certificate.getSubjectX500Principal().getName();
    List<String> names = new ArrayList<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> each : alternatives) {
        int kind = (Integer) each.get(0);
        if (kind == DNS_NAME || kind == IP_ADDRESS) {
          names.add((String) each.get(1));
        }
      }
    }
    return new CertificateNames(subject, names.isEmpty() ? commonNames(subject) : names);
  }

  private static List<String> commonNames(String subject) throws CertificateParsingException {
    try {
      List<String> names = new ArrayList<>();
      for (Rdn part : new LdapName(subject).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
          names.add(name);
        }
      }
      return names;
    } catch (InvalidNameException e) {
      throw new CertificateParsingException("the subject " + subject + " cannot be read", e);
    }
  }

  /** Whether the certificate is for this host name or address. */
  public boolean include(String host) {
    return names.stream().anyMatch(name -> isFor(name, host));
  }

  /**
   * Whether a host of this certificate may call itself so: as the certificate does, or by the first
   * part of a name there, which is what most kernels say.
   */
  public boolean mayBeCalled(String hostName) {
    boolean isShort = hostName.indexOf('.') < 0;
    return include(hostName)
        || (isShort
            && names.stream().anyMatch(name -> lower(name).startsWith(lower(hostName) + ".")));
  }

  private static boolean isFor(String name, String host) {
    if (lower(name).equals(lower(host))) {
      return true;
    }
    if (name.startsWith("*.")) {
      int dot = host.indexOf('.');
      return dot > 0 && lower(host.substring(dot)).equals(lower(name.substring(1)));
    }
    return isSameAddress(name, host);
  }

  /** An address of IPv6 has many spellings. */
  private static boolean isSameAddress(String name, String host) {
    try {
      return name.indexOf(':') >= 0
          && host.indexOf(':') >= 0
          && InetAddress.ofLiteral(name).equals(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException noAddress) {
      return false;
    }
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** For errors and logs. */
  @Override
  public String toString() {
    return "\"" + subject + "\" (" + String.join(", ", names) + ")";
  }
}
