package io.novacron.dwcp.netty;

import io.novacron.dwcp.kernels.BackgroundThreads;
import io.novacron.dwcp.kernels.PageKernels;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrates a guest that does not exist, once after start, from this process to itself: through
 * sockets, sessions and encoders as any other, so that the JVM has loaded and compiled them when
 * the first migration comes. A host migrates rarely, the first one is the normal one; without it,
 * that one took a second of either core longer (BENCHMARKING.md).
 *
 * <p>Its threads give way to everything else on the host. It listens on loopback while it plays;
 * what it leaves behind is the JVM's. Blocks its thread.
 */
final class Rehearsal implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  /** 300 rounds are 75 MiB: ten times what the first compiler waits for, the only one we run. */
  private static final int ENCODED_ROUNDS = 300;

  /** 16 MiB, relayed as between hosts of one LAN. */
  private static final int RELAYED_ROUNDS = 64;

  /** A minute: on a host without an idle core the rehearsal is what stands back. */
  private static final int PATIENCE_MILLIS = 60_000;

  private final TransportSettings settings;
  private final PageKernels kernels;
  private final StreamSecurity security;

  Rehearsal(TransportSettings settings, PageKernels kernels, StreamSecurity security) {
    this.security = security;
    this.settings = settings;
    this.kernels = kernels;
  }

  @Override
  public void run() {
    try {
      play();
    } catch (IOException | ExecutionException | TimeoutException e) {
      LOG.warn("the rehearsal failed, the first migration will take longer: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Blocks until both guests arrived.
   *
   * @throws IOException or of another kind, if either did not arrive whole in time
   */
  void play() throws IOException, InterruptedException, ExecutionException, TimeoutException {
    try (RehearsalStage stage = new RehearsalStage(settings, kernels, security)) {
      migrate(stage, RehearsalStage.Path.FAR, ENCODED_ROUNDS);
      migrate(stage, RehearsalStage.Path.NEAR, RELAYED_ROUNDS);
    }
  }

  private static void migrate(RehearsalStage stage, RehearsalStage.Path path, int rounds)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket destination = new ServerSocket(0, 1, loopback)) {
      int entry = stage.open(path, destination.getLocalPort());
      try (Socket source = new Socket(loopback, entry)) {
        source.setSoTimeout(PATIENCE_MILLIS);
        CompletableFuture<Long> arrived = drained(destination);
        long sentBytes = write(Channels.newChannel(source.getOutputStream()), rounds);
        source.shutdownOutput();
        source.getInputStream().readAllBytes(); // its end: the destination ended too
        long arrivedBytes = arrived.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (arrivedBytes != sentBytes) {
          throw new IOException("of " + sentBytes + " B, " + arrivedBytes + " B arrived");
        }
      }
    }
  }

  private static long write(WritableByteChannel out, int rounds) throws IOException {
    MadeUpGuest guest = new MadeUpGuest();
    long bytes = out.write(guest.setup());
    for (int i = 0; i < rounds; i++) {
      bytes += out.write(guest.round(i));
    }
    return bytes;
  }

  /** How many bytes came until their end; reads on a thread of its own. */
  private static CompletableFuture<Long> drained(ServerSocket destination) {
    CompletableFuture<Long> bytes = new CompletableFuture<>();
    Runnable drain =
        () -> {
          try (Socket from = accept(destination)) {
            bytes.complete(from.getInputStream().transferTo(OutputStream.nullOutputStream()));
          } catch (IOException e) {
            bytes.completeExceptionally(e);
          }
        };
    BackgroundThreads.named("dwcp-rehearsal-").newThread(drain).start();
    return bytes;
  }

  private static Socket accept(ServerSocket destination) throws IOException {
    destination.setSoTimeout(PATIENCE_MILLIS);
    Socket from = destination.accept();
    from.setSoTimeout(PATIENCE_MILLIS);
    return from;
  }
}
