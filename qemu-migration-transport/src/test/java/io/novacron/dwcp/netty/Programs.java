package io.novacron.dwcp.netty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Programs on plain sockets that stand for QEMU at either end, and for a network that breaks. */
final class Programs implements AutoCloseable {
  private interface Talk {
    void with(Socket connection) throws IOException;
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<ServerSocket> listening = new ArrayList<>();

  private int listen(Talk talk) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listening.add(listener);
    threads.execute(() -> {
      while (!listener.isClosed()) {
        try {
          Socket connection = listener.accept();
          threads.execute(() -> {
            try (connection) {
              talk.with(connection);
            } catch (IOException e) {
              return; // a broken connection is what some of these tests are about
            }
          });
        } catch (IOException e) {
          return;
        }
      }
    });
    return listener.getLocalPort();
  }

  /** Sends everything back as it comes. */
  int echo() throws IOException {
    return listen(connection -> {
      connection.getInputStream().transferTo(connection.getOutputStream());
      connection.shutdownOutput();
    });
  }

  /** Reads everything, and answers when that has ended. */
  int sink(CompletableFuture<byte[]> received, byte[] answer) throws IOException {
    return listen(connection -> {
      received.complete(connection.getInputStream().readAllBytes());
      connection.getOutputStream().write(answer);
      connection.shutdownOutput();
    });
  }

  /** Accepts and says this, then reads until the end. */
  int says(byte[] words) throws IOException {
    return listen(connection -> {
      connection.getOutputStream().write(words);
      connection.getInputStream().transferTo(OutputStream.nullOutputStream());
    });
  }

  /** A path on which each connection is reset after a random amount of bytes. */
  int brittlePath(int port, Random random, int leastBytes, int mostBytes) throws IOException {
    return listen(connection -> {
      int life;
      synchronized (random) {
        life = random.nextInt(leastBytes, mostBytes);
      }
      try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), port)) {
        threads.execute(() -> {
          try {
            copy(onward, connection, life);
          } catch (IOException e) {
            return;
          }
        });
        copy(connection, onward, life);
      }
    });
  }

  private static void copy(Socket from, Socket to, int lifeBytes) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    InputStream in = from.getInputStream();
    int left = lifeBytes;
    while (left > 0) {
      int count = in.read(buffer, 0, Math.min(buffer.length, left));
      if (count < 0) {
        break;
      }
      to.getOutputStream().write(buffer, 0, count);
      left -= count;
    }
    from.setSoLinger(true, 0);
    to.setSoLinger(true, 0);
    from.close();
    to.close();
  }

  /** Writes everything, ends its half, and gives what came back until the other half ended. */
  CompletableFuture<byte[]> talkTo(int port, byte[] bytes) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    threads.execute(() -> {
      try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
        threads.execute(() -> {
          try {
            connection.getOutputStream().write(bytes);
            connection.shutdownOutput();
          } catch (IOException e) {
            answer.completeExceptionally(e);
          }
        });
        answer.complete(connection.getInputStream().readAllBytes());
      } catch (IOException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket each : listening) {
      each.close();
    }
    threads.shutdownNow();
  }
}
