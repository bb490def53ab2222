package io.novacron.dwcp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DaemonArgumentsTest {

  private static final Path DEFAULT = Path.of("/etc/dwcp/dwcp.conf");

  @Test
  void runsWithDefaultConfiguration() {
    assertEquals(new DaemonArguments.Run(DEFAULT), DaemonArguments.parse());
  }

  @Test
  void takesConfigurationInBothForms() {
    var expected = new DaemonArguments.Run(Path.of("/tmp/x.conf"));
    assertEquals(expected, DaemonArguments.parse("--config", "/tmp/x.conf"));
    assertEquals(expected, DaemonArguments.parse("--config=/tmp/x.conf"));
  }

  @Test
  void checksConfigurationInAnyOrder() {
    var expected = new DaemonArguments.CheckConfig(Path.of("x"));
    assertEquals(expected, DaemonArguments.parse("--check-config", "--config", "x"));
    assertEquals(expected, DaemonArguments.parse("--config", "x", "--check-config"));
    assertEquals(new DaemonArguments.CheckConfig(DEFAULT), DaemonArguments.parse("--check-config"));
  }

  @Test
  void showsHelpAndVersion() {
    assertEquals(new DaemonArguments.ShowHelp(), DaemonArguments.parse("--check-config", "-h"));
    assertEquals(new DaemonArguments.ShowHelp(), DaemonArguments.parse("--help"));
    assertEquals(new DaemonArguments.ShowVersion(), DaemonArguments.parse("-V"));
    assertEquals(new DaemonArguments.ShowVersion(), DaemonArguments.parse("--version"));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertEquals(
        new DaemonArguments.Refused("\"--daemonize\" is not an option; see dwcpd --help"),
        DaemonArguments.parse("--daemonize"));
    assertEquals(
        new DaemonArguments.Refused("--config needs a file; see dwcpd --help"),
        DaemonArguments.parse("--config"));
    assertInstanceOf(DaemonArguments.Refused.class, DaemonArguments.parse("--config", ""));
    assertInstanceOf(DaemonArguments.Refused.class, DaemonArguments.parse("--config="));
    assertInstanceOf(DaemonArguments.Refused.class, DaemonArguments.parse("x.conf"));
  }
}
