package io.novacron.dwcp.control;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which version of the product this is. */
public final class ProductVersion {

  /** Maven puts it into every jar that it makes. */
  private static final String BUILT_BY_MAVEN =
      "/META-INF/maven/io.novacron.dwcp/dwcp-libvirt-bridge/pom.properties";

  private ProductVersion() {}

  /** The version of the jar; {@code development} when classes run from a directory. */
  public static String read() {
    try (InputStream in = ProductVersion.class.getResourceAsStream(BUILT_BY_MAVEN)) {
      var built = new Properties();
      if (in != null) {
        built.load(in);
      }
      return built.getProperty("version", "development");
    } catch (IOException damagedJar) {
      return "development";
    }
  }
}
