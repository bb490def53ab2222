package io.novacron.dwcp.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * This product as a later release would be: the same daemon, except that it speaks the protocol
 * versions {@link #SPOKEN}. It is the distribution under test with one class in front of its class
 * path, compiled from the sources with another range.
 */
final class OtherProtocol {
  /** The range in words, as the daemons log it. */
  static final String SPOKEN = "101..102";

  private static final Path SOURCE =
      Path.of(
          "../qemu-migration-transport/src/main/java/io/novacron/dwcp/wire/ProtocolVersions.java");
  private static final Pattern RANGE_OF_THIS_BUILD =
      Pattern.compile("SPOKEN = new ProtocolVersions\\(1, \\d+\\);");
  private static final String OTHER_RANGE = "SPOKEN = new ProtocolVersions(101, 102);";

  private OtherProtocol() {}

  /** Starts such a daemon on a host where none runs. */
  static void startDaemon(Lab lab, Host host) {
    Path shared = lab.directory().resolve("boot");
    compileInto(shared.resolve("other-protocol"));
    lab.startDaemon(host, "-Xbootclasspath/a:/var/lib/dwcp-lab/other-protocol -Xshare:off");
  }

  private static void compileInto(Path classes) {
    try {
      String source = Files.readString(SOURCE, UTF_8);
      String other = RANGE_OF_THIS_BUILD.matcher(source).replaceFirst(OTHER_RANGE);
      assertNotEquals(source, other, "the range is no longer written as " + RANGE_OF_THIS_BUILD);
      Path changed = classes.resolve("ProtocolVersions.java");
      Files.createDirectories(classes);
      Files.writeString(changed, other, UTF_8);
      List<String> arguments = List.of("-d", classes.toString(), changed.toString());
      int status =
          ToolProvider.getSystemJavaCompiler()
              .run(null, null, null, arguments.toArray(String[]::new));
      assertEquals(0, status, "javac of " + changed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
