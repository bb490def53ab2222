package io.novacron.dwcp.cli;

import io.novacron.dwcp.config.ConfigFile;
import io.novacron.dwcp.config.ConfigResult;
import io.novacron.dwcp.config.TransportConfig;
import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.replay.DifferentOutputException;
import io.novacron.dwcp.replay.LinkShape;
import io.novacron.dwcp.replay.RecordedStream;
import io.novacron.dwcp.replay.Replay;
import io.novacron.dwcp.replay.ReplayException;
import io.novacron.dwcp.replay.ReplayResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dwcp replay}: asks no daemon, but plays in this process. */
@Command(
    name = "replay",
    description = {
      "Shows what DWCP would bring to a guest: plays a recording of its migration through a source"
          + " and a destination in this process, compares what arrives byte for byte, and says"
          + " what it took. Neither daemon nor root is needed; nothing is migrated.",
      "",
      "A recording is what virsh save writes (raw, uncompressed), or QEMU's migration stream as it"
          + " is. To record a guest without stopping it for longer than that takes:",
      "",
      "  virsh save vm1 /tmp/vm1.save && virsh restore /tmp/vm1.save",
      "  dwcp replay /tmp/vm1.save --link 400mbit,40ms",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the recording arrived unchanged",
      "1:it cannot be played, or the sessions broke",
      "2:the command line is wrong",
      "3:what arrived differs from the recording: a defect of DWCP"
    })
final class ReplayCommand implements Callable<Integer> {

  private static final int UNCHANGED = 0;
  private static final int NOT_PLAYED = 1;
  private static final int DIFFERENT = 3;
  private static final int MOST_STREAMS = 32;
  private static final int MOST_RUNS = 1000;

  @Parameters(paramLabel = "FILE", description = "The recording to play.")
  private @Nullable Path file;

  @Option(
      names = "--against",
      paramLabel = "FILE",
      description =
          "Play this earlier recording of the same guest first, through the same sessions: what a"
              + " second visit finds.")
  private @Nullable Path against;

  @Option(
      names = "--dump-pages",
      paramLabel = "OUT",
      description =
          "Play nothing, but write the content of all pages in the recording to OUT, so that other"
              + " compressors can be compared: zstd -3 --long=27 OUT.")
  private @Nullable Path dumpPages;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Take streams, workers, history-budget and the like from this dwcp.conf (default: the"
              + " defaults of dwcpd).")
  private @Nullable Path config;

  @Option(names = "--json", description = "Print JSON for scripts; keys are only ever added.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--link",
      paramLabel = "RATE,RTT[,LOSS]",
      description =
          "Put a link between source and destination, like 400mbit,40ms or 1gbit,20ms,0.5%%. It"
              + " shapes what TCP carries, with a queue of 50 ms, and has no slow start: a real"
              + " migration takes longer."
              + " Without it, loopback.")
  private @Nullable String link;

  @Option(
      names = "--streams",
      paramLabel = "N",
      description = "TCP connections, 1 to 32 (default: as configured, 8).")
  private @Nullable Integer streams;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Play N times, 1 to 1000, with sessions of their own (default: ${DEFAULT-VALUE}). The"
              + " first run meets a cold JVM; a daemon is warm.")
  private int runs;

  /** Null for bare loopback. */
  private @Nullable LinkShape shape() {
    try {
      return link == null ? null : LinkShape.parse(link);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(
          given(spec).commandLine(), "--link: " + wrong.getMessage(), wrong);
    }
  }

  private int between(int value, int most, String option) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          given(spec).commandLine(), option + " " + value + " is not in 1 to " + most);
    }
    return value;
  }

  @Override
  public Integer call() {
    CommandSpec called = given(spec);
    PrintWriter out = called.commandLine().getOut();
    PrintWriter err = called.commandLine().getErr();
    LinkShape shape = shape();
    int repeated = between(runs, MOST_RUNS, "--repeat");
    if (streams != null) {
      between(streams, MOST_STREAMS, "--streams");
    }
    try {
      if (dumpPages != null) {
        dump(dumpPages, out);
        return UNCHANGED;
      }
      ReplayResult result =
          play(shape, repeated, new ReplayProgress(err, ReplayProgress.isTerminal()));
      if (json) {
        out.println(Json.indented().toJson(result));
      } else {
        ReplayReport.print(result, out);
      }
      out.flush();
      return UNCHANGED;
    } catch (ReplayException notPlayed) {
      err.println("dwcp: " + Table.safe(String.valueOf(notPlayed.getMessage())));
      return NOT_PLAYED;
    } catch (DifferentOutputException different) {
      err.println("dwcp: " + Table.safe(String.valueOf(different.getMessage())));
      return DIFFERENT;
    }
  }

  private void dump(Path to, PrintWriter out) throws ReplayException {
    try (RecordedStream recording = RecordedStream.open(given(file))) {
      long pages = recording.writePages(to);
      if (json) {
        out.println(Json.indented().toJson(Map.of("pages", pages)));
      } else {
        out.printf("%,d pages of 4 KiB in %s%n", pages, Table.safe(to.toString()));
      }
      out.flush();
    }
  }

  private ReplayResult play(@Nullable LinkShape shape, int repeated, ReplayProgress progress)
      throws ReplayException {
    TransportConfig transport = transport();
    Path earlier = against;
    try (RecordedStream recording = RecordedStream.open(given(file));
        RecordedStream first = earlier == null ? null : RecordedStream.open(earlier)) {
      Replay.Wish wish = new Replay.Wish(recording, first, shape, transport, repeated);
      return new Replay(wish, progress).play();
    } finally {
      progress.clear();
    }
  }

  private TransportConfig transport() throws ReplayException {
    ConfigResult read = config == null ? ConfigFile.defaults() : ConfigFile.read(config);
    TransportConfig transport =
        switch (read) {
          case ConfigResult.Accepted accepted -> accepted.config().transport();
          case ConfigResult.Refused refused ->
              throw new ReplayException(
                  refused.problems().stream()
                      .map(String::valueOf)
                      .collect(Collectors.joining(System.lineSeparator())));
        };
    return streams == null ? transport : transport.withStreams(streams);
  }

  private static <T> T given(@Nullable T injected) {
    return Objects.requireNonNull(injected, "not called through picocli");
  }
}
