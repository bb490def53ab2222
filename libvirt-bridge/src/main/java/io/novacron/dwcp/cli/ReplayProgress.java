package io.novacron.dwcp.cli;

import io.novacron.dwcp.replay.Replay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** One line on a terminal that shows how far a replay is; nothing anywhere else. */
final class ReplayProgress implements Replay.Progress {
  private static final int BAR_CHARACTERS = 30;

  /** Carriage return and "erase to the end of the line" (ECMA-48 EL). */
  private static final String FROM_THE_START = "\r\u001b[K";

  private final PrintWriter terminal;
  private final boolean shown;
  private boolean drawn;

  ReplayProgress(PrintWriter terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Whether standard error is a terminal; the JDK only tells of all three together. */
  static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void at(int run, boolean isFirstVisit, long doneBytes, long allBytes) {
    if (!shown) {
      return;
    }
    int filled = (int) (BAR_CHARACTERS * doneBytes / Math.max(1, allBytes));
    String bar = "#".repeat(filled) + "-".repeat(BAR_CHARACTERS - filled);
    terminal.print(
        FROM_THE_START
            + String.format(
                Locale.ROOT,
                "run %d, %s visit [%s] %s of %s",
                run,
                isFirstVisit ? "first" : "the",
                bar,
                Amounts.mebibytes(doneBytes),
                Amounts.mebibytes(allBytes)));
    terminal.flush();
    drawn = true;
  }

  /** Takes the line away. */
  void clear() {
    if (drawn) {
      terminal.print(FROM_THE_START);
      terminal.flush();
      drawn = false;
    }
  }
}
