package io.novacron.dwcp.cli;

import io.novacron.dwcp.config.ConfigFile;
import io.novacron.dwcp.config.ConfigProblem;
import io.novacron.dwcp.config.ConfigResult;
import io.novacron.dwcp.config.DaemonConfig;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import io.novacron.dwcp.control.PeerReport;
import io.novacron.dwcp.control.ProductVersion;
import io.novacron.dwcp.control.StatusReport;
import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.kernels.KernelVariants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what the daemon needs on this host, and asks it how it is if it runs. Changes nothing;
 * what it finds holds for the user that it runs as.
 *
 * @param runtimeDir where the daemon keeps control.sock; null for what the configuration says
 * @param cpuinfo {@code /proc/cpuinfo}
 */
record HostCheck(Path config, @Nullable Path runtimeDir, Path cpuinfo) {

  private static final Path DEFAULT_RUNTIME_DIR = Path.of("/run/dwcp");

  /** What the kernels have variants for, by the words of {@code /proc/cpuinfo}. */
  private static final Set<String> USED_FEATURES = Set.of("avx2", "avx512f", "avx512bw", "sha_ni");

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(cpu());
    findings.add(kernels(KernelVariants.load()));
    Optional<DaemonConfig> valid = checkConfig(findings);
    valid.ifPresent(each -> findings.add(directory("state-dir", each.stateDir())));
    Path runtime = runtimeDir;
    if (runtime == null) {
      runtime = valid.map(DaemonConfig::runtimeDir).orElse(DEFAULT_RUNTIME_DIR);
    }
    findings.add(directory("runtime-dir", runtime));
    checkDaemon(new ControlClient(runtime.resolve("control.sock")), findings);
    return findings;
  }

  private static Finding java() {
    return Finding.ok(
        "java",
        "%s %s (%s)"
            .formatted(
                System.getProperty("java.vm.name"),
                System.getProperty("java.runtime.version"),
                System.getProperty("java.vendor")));
  }

  private Finding cpu() {
    try {
      List<String> lines = Files.readAllLines(cpuinfo);
      String features =
          Arrays.stream(field(lines, "flags").split(" "))
              .filter(USED_FEATURES::contains)
              .sorted()
              .collect(Collectors.joining(" "));
      String model = field(lines, "model name");
      return Finding.ok("cpu", features.isEmpty() ? model : model + ": " + features);
    } catch (IOException unreadable) {
      return Finding.warning("cpu", "cannot read " + cpuinfo + ": " + unreadable.getMessage());
    }
  }

  /** Of the first processor; processors other than x86 have other fields. */
  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("no " + name);
  }

  static Finding kernels(KernelVariants variants) {
    String chosen = variants.chosen().variant();
    if (variants.refused().isEmpty()) {
      return Finding.ok("kernels", chosen);
    }
    String reasons =
        variants.refused().stream()
            .map(each ->
                each.variant() + " refused: " + each.reason().lines().findFirst().orElse(""))
            .collect(Collectors.joining("; "));
    return Finding.warning("kernels", chosen + "; " + reasons);
  }

  private Optional<DaemonConfig> checkConfig(List<Finding> findings) {
    return switch (ConfigFile.readForThisHost(config)) {
      case ConfigResult.Accepted(DaemonConfig valid) -> {
        findings.add(Finding.ok("config", config.toString()));
        yield Optional.of(valid);
      }
      case ConfigResult.Refused(List<ConfigProblem> problems) -> {
        problems.forEach(each -> findings.add(Finding.failed("config", each.toString())));
        yield Optional.empty();
      }
    };
  }

  /** The daemon makes what is missing; so the nearest directory that exists is what counts. */
  private static Finding directory(String check, Path directory) {
    Path nearest = directory.toAbsolutePath();
    while (nearest.getParent() != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    if (!Files.isDirectory(nearest)) {
      return Finding.failed(check, nearest + " is no directory");
    }
    if (!Files.isWritable(nearest)) {
      return Finding.failed(check, nearest + " cannot be written by this user");
    }
    String missing = Files.exists(directory) ? "" : ", which the daemon will make";
    return Finding.ok(check, directory + missing);
  }

  private static void checkDaemon(ControlClient daemon, List<Finding> findings) {
    try {
      StatusReport status = ControlClient.status(daemon.ask(new ControlRequest.Status()));
      findings.add(daemon(status));
      status.warnings().forEach(each -> findings.add(Finding.warning("daemon", each)));
      ControlClient.peers(daemon.ask(new ControlRequest.Peers()))
          .forEach(each -> findings.add(peer(each)));
    } catch (ControlException unanswered) {
      findings.add(Finding.warning("daemon", String.valueOf(unanswered.getMessage())));
    }
  }

  private static Finding daemon(StatusReport status) {
    String found =
        "dwcpd %s, process %d, kernels %s"
            .formatted(status.version(), status.pid(), status.kernels());
    String command = ProductVersion.read();
    return command.equals(status.version())
        ? Finding.ok("daemon", found)
        : Finding.warning("daemon", found + "; this command is of version " + command);
  }

  private static Finding peer(PeerReport peer) {
    String check = "peer " + peer.name();
    String error = peer.lastError() == null ? "" : ": " + peer.lastError();
    String found = peer.address() + " " + Json.word(peer.state()) + error;
    return switch (peer.state()) {
      case IDLE, CONNECTED -> Finding.ok(check, found);
      case UNREACHABLE, QUARANTINED -> Finding.warning(check, found);
    };
  }
}
