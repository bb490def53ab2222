package io.novacron.dwcp.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One command that runs, or ran, with what it printed. Both its outputs are read all the time. */
final class CommandRun {
  /** What became of a command. */
  record Outcome(List<String> command, int status, String output, String errors) {
    boolean succeeded() {
      return status == 0;
    }

    /** What it printed, once it is known that it succeeded. */
    String expectSuccess() {
      assertEquals(0, status, this::toString);
      return output;
    }

    Outcome expectFailure() {
      assertTrue(status != 0, () -> "succeeded, which it must not: " + this);
      return this;
    }

    @Override
    public String toString() {
      return "%s: exit %d%n%s%s".formatted(String.join(" ", command), status, output, errors);
    }
  }

  private final List<String> command;
  private final Process process;
  private final CompletableFuture<String> output;
  private final CompletableFuture<String> errors;

  CommandRun(ProcessBuilder builder) {
    this.command = List.copyOf(builder.command());
    try {
      this.process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // A thread each: the common pool has as many as the machine has cores, and these block.
    this.output =
        CompletableFuture.supplyAsync(
            () -> text(process.getInputStream()), Thread::startVirtualThread);
    this.errors =
        CompletableFuture.supplyAsync(
            () -> text(process.getErrorStream()), Thread::startVirtualThread);
  }

  boolean runs() {
    return process.isAlive();
  }

  /** Waits for its end; past the limit it is killed and the test fails. */
  Outcome await(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        fail("not ended within " + limit + ": " + String.join(" ", command));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command + " ran", e);
    }
    return new Outcome(command, process.exitValue(), output.join(), errors.join());
  }

  private static String text(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
