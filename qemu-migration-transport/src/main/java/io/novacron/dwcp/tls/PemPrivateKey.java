package io.novacron.dwcp.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key in PEM form: PKCS #8 (RFC 5208), and PKCS #1 (RFC 8017), which {@code
 * certtool --generate-privkey} of libvirt's instructions writes and the JDK does not read.
 */
public final class PemPrivateKey {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]*)-----END \\1-----");

  /** Version 0 and the algorithm rsaEncryption without parameters, as PKCS #8 has them in DER. */
  private static final byte[] RSA_PREFIX =
      HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  private PemPrivateKey() {}

  /**
   * Reads the first key.
   *
   * @param file for errors only
   */
  public static PrivateKey read(Path file, byte[] pem) throws IOException {
    Matcher block = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      throw new IOException(file + " holds no private key in PEM form");
    }
    return switch (block.group(1)) {
      case "PRIVATE KEY" -> decode(file, der(file, block.group(2)));
      case "RSA PRIVATE KEY" -> decode(file, wrap(der(file, block.group(2))));
      default ->
          throw new IOException(
              file
                  + " holds an "
                  + block.group(1)
                  + ", which is not read here; `openssl pkcs8 -topk8 -nocrypt` converts it");
    };
  }

  private static byte[] der(Path file, String base64) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }

  private static PrivateKey decode(Path file, byte[] pkcs8) throws IOException {
    InvalidKeySpecException last = null;
    try {
      for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException ofAnotherKind) {
          last = ofAnotherKind;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("the JDK cannot read " + file + ": " + e.getMessage(), e);
    }
    throw new IOException(file + " holds neither an RSA, EC nor EdDSA key that can be read", last);
  }

  private static byte[] wrap(byte[] pkcs1) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(RSA_PREFIX);
    element(inner, OCTET_STRING, pkcs1);
    ByteArrayOutputStream outer = new ByteArrayOutputStream();
    element(outer, SEQUENCE, inner.toByteArray());
    return outer.toByteArray();
  }

  /** DER: lengths from 128 on are written as the count of their bytes, then the bytes. */
  private static void element(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      int lengthBytes = (Integer.SIZE - Integer.numberOfLeadingZeros(content.length) + 7) / 8;
      out.write(0x80 | lengthBytes);
      for (int shift = 8 * (lengthBytes - 1); shift >= 0; shift -= 8) {
        out.write(content.length >>> shift);
      }
    }
    out.writeBytes(content);
  }
}
