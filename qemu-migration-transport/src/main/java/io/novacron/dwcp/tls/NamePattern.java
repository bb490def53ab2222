package io.novacron.dwcp.tls;

import java.util.regex.Pattern;

/**
 * A name with {@code *} for any characters and {@code ?} for one, as in libvirt's {@code
 * tls_allowed_dn_list}.
 */
public record NamePattern(String text) {
  /** Whether the whole name matches, in either case of letters. */
  public boolean matches(String name) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      regex.append(
          switch (each) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(each));
          });
    }
    int flags = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL;
    return Pattern.compile(regex.toString(), flags).matcher(name).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
