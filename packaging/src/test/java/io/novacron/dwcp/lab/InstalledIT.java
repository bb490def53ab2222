package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The Debian package on the lab's hosts, which are Debian: installed, used, upgraded, removed. They
 * run no systemd, so what its scripts do there is not seen here.
 */
@Tag("lab")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InstalledIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  private static final Duration PACKAGE_LIMIT = Duration.ofMinutes(5);
  private static final String CONFIGURATION = "/etc/dwcp/dwcp.conf";
  private static final String WRITTEN_BY_HAND = "# by hand";

  /** As the hosts see it: the project's target lies below this directory. */
  private static String debOnHost = "";

  @BeforeAll
  static void buildThePackage() {
    ProcessBuilder build = new ProcessBuilder(Path.of("deb/build").toAbsolutePath().toString());
    Path deb = Path.of(new CommandRun(build).await(PACKAGE_LIMIT).expectSuccess().strip());
    debOnHost = "/opt/dwcp-project/target/" + deb.getFileName();
  }

  /** The lab's own file is none that the package put there, and would be asked about. */
  @BeforeEach
  void installAndConfigure() {
    for (Host host : Host.values()) {
      if (LAB.tryOn(host, "test", "-x", "/usr/lib/dwcp/bin/dwcpd").status() != 0) {
        LAB.stopDaemon(host);
        LAB.on(host, "mv", CONFIGURATION, "/root/lab.conf");
        LAB.on(host, "dpkg", "-i", debOnHost);
        LAB.on(
            host,
            "sh",
            "-c",
            "{ cat /root/lab.conf; echo '" + WRITTEN_BY_HAND + "'; } >" + CONFIGURATION);
        LAB.on(host, "ln", "-sfn", "/usr/lib/dwcp", "/opt/dwcp");
        LAB.startDaemon(host);
      }
    }
  }

  private static String programOfDaemon(Host host) {
    return LAB.on(host, "sh", "-c", "readlink /proc/$(cat /run/dwcpd.pid)/exe").strip();
  }

  @Test
  @Order(1)
  void aGuestMigratesBetweenHostsThatInstalledThePackage() {
    for (Host host : Host.values()) {
      assertEquals("/usr/lib/dwcp/runtime/bin/java", programOfDaemon(host));
      LAB.on(host, "test", "-s", "/usr/lib/dwcp/lib/dwcp.aot");
      LAB.on(host, "dwcpd", "--check-config");
    }
    Guest guest = LAB.startGuest("installed", "--memory", "256");
    assertCarried(guest.migrate());
    guest.stop();
  }

  @Test
  @Order(2)
  void anUpgradeKeepsTheConfigurationAndFinishesTheMigrationThatRuns() {
    Guest guest = LAB.startGuest("upgraded", "--memory", "256", "--rate", "100");
    Host source = guest.host();
    Guest.Migration migration = guest.begin("--bandwidth", "20");
    migration.awaitMemorySent(5_000_000);
    LAB.on(source, "dpkg", "-i", debOnHost);
    LAB.stopDaemon(source); // as systemd's try-restart does
    LAB.startDaemon(source);
    assertCarried(migration.expectCompleted());
    assertTrue(LAB.on(source, "cat", CONFIGURATION).contains(WRITTEN_BY_HAND));
    assertCarried(guest.migrate());
    guest.stop();
  }

  @Test
  @Order(3)
  void removalLeavesTheConfigurationAndTheStateAndPurgingNothing() {
    LAB.stopDaemon(Host.A);
    LAB.on(Host.A, "dpkg", "-r", "dwcp");
    LAB.on(Host.A, "test", "!", "-e", "/usr/lib/dwcp");
    assertTrue(LAB.on(Host.A, "cat", CONFIGURATION).contains(WRITTEN_BY_HAND));
    LAB.on(Host.A, "test", "-s", "/var/lib/dwcp/history.jsonl");
    LAB.on(Host.A, "touch", "/etc/dwcp/of-an-operator");
    LAB.on(Host.A, "dpkg", "--purge", "dwcp");
    LAB.on(Host.A, "test", "!", "-e", CONFIGURATION);
    LAB.on(Host.A, "rm", "/etc/dwcp/of-an-operator"); // no file of the package's, so it stayed
    LAB.on(Host.A, "rm", "-rf", "/etc/dwcp/pki"); // nor are the lab's certificates
    LAB.on(Host.A, "rmdir", "/etc/dwcp");
    String left =
        LAB.on(Host.A, "find", "/etc", "/usr", "/var/lib", "-xdev", "-name", "*dwcp*")
            .lines()
            .filter(path -> !path.startsWith("/var/lib/dwcp-lab"))
            .collect(Collectors.joining("\n"));
    assertEquals("", left);
    LAB.on(Host.A, "ln", "-sfn", "/opt/dwcp-project/target/dwcp", "/opt/dwcp");
    LAB.on(Host.A, "sh", "-c", "mkdir -p /etc/dwcp; cp /root/lab.conf " + CONFIGURATION);
  }
}
