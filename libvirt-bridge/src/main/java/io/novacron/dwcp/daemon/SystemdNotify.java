package io.novacron.dwcp.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the service manager how the daemon is, as sd_notify(3) describes: one datagram to the Unix
 * socket that {@code NOTIFY_SOCKET} names. Does nothing where no manager asks for it.
 *
 * <p>libc is called directly: the JDK has no datagram sockets of this family, and libsystemd is not
 * everywhere. Safe for use by any thread; each call opens and closes its own socket.
 */
public final class SystemdNotify {

  private static final int AF_UNIX = 1;

  /** SOCK_DGRAM with SOCK_CLOEXEC, so that no child inherits it. */
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  /** The manager may have gone away; a signal would end the daemon for that. */
  private static final int MSG_NOSIGNAL = 0x4000;

  /** sockaddr_un of unix(7): the family in two bytes, then at most 108 bytes of path. */
  private static final int FAMILY_BYTES = 2;

  private static final int LONGEST_PATH_BYTES = 108;

  private final @Nullable String socket;
  private final Optional<Duration> watchdogPeriod;

  private SystemdNotify(@Nullable String socket, Optional<Duration> watchdogPeriod) {
    this.socket = socket;
    this.watchdogPeriod = watchdogPeriod;
  }

  /**
   * Reads what the manager wants from the environment.
   *
   * @throws IllegalArgumentException when it names a socket that sd_notify(3) does not know
   */
  public static SystemdNotify of(Map<String, String> environment, long pid) {
    String socket = environment.get("NOTIFY_SOCKET");
    if (socket == null || socket.isEmpty()) {
      return new SystemdNotify(null, Optional.empty());
    }
    int bytes = socket.getBytes(StandardCharsets.UTF_8).length;
    boolean known = socket.startsWith("/") || socket.startsWith("@");
    if (!known || bytes < 2 || bytes >= LONGEST_PATH_BYTES) {
      throw new IllegalArgumentException("NOTIFY_SOCKET \"" + socket + "\" is no Unix socket");
    }
    return new SystemdNotify(socket, watchdogPeriod(environment, pid));
  }

  /** Says whether a manager listens at all. */
  public boolean wanted() {
    return socket != null;
  }

  /** Half of the time within which the manager expects {@link #alive}; empty: it does not. */
  public Optional<Duration> watchdogPeriod() {
    return watchdogPeriod;
  }

  /** The daemon serves; units ordered after it may start. */
  public void ready(String status) throws IOException {
    send("READY=1\nSTATUS=" + oneLine(status));
  }

  /** The daemon is about to end. */
  public void stopping(String status) throws IOException {
    send("STOPPING=1\nSTATUS=" + oneLine(status));
  }

  /** The daemon is not stuck; due each {@link #watchdogPeriod}. */
  public void alive() throws IOException {
    send("WATCHDOG=1");
  }

  private static String oneLine(String status) {
    return status.replace('\n', ' ');
  }

  private static Optional<Duration> watchdogPeriod(Map<String, String> environment, long pid) {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    String forPid = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    if (!micros.matches("[1-9][0-9]{0,17}") || !forPid.equals(Long.toString(pid))) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos(Math.multiplyExact(Long.parseLong(micros), 1_000L) / 2));
  }

  private void send(String message) throws IOException {
    if (socket == null) {
      return;
    }
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    if (path[0] == '@') {
      path[0] = 0; // the abstract namespace: no file, the length alone ends the name
    }
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    try (Memory address = new Memory(FAMILY_BYTES + path.length);
        Memory payload = new Memory(text.length)) {
      address.setShort(0, (short) AF_UNIX);
      address.write(FAMILY_BYTES, path, 0, path.length);
      payload.write(0, text, 0, text.length);
      send(payload, address);
    } catch (LastErrorException failed) {
      throw new IOException("no datagram to NOTIFY_SOCKET " + socket + ": " + failed.getMessage());
    }
  }

  private static void send(Memory payload, Memory address) {
    int descriptor = Libc.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    try {
      Libc.sendto(descriptor, payload, payload.size(), MSG_NOSIGNAL, address, (int) address.size());
    } finally {
      Libc.close(descriptor);
    }
  }

  /** Loaded with the first message, so that a daemon without a manager never binds it. */
  private static final class Libc {
    static {
      Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    /** {@code long} is size_t of the 64-bit hosts that we run on. */
    static native long sendto(
        int descriptor, Pointer payload, long bytes, int flags, Pointer address, int addressBytes)
        throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;
  }
}
