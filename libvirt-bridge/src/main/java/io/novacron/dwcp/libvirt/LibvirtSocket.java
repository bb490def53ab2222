package io.novacron.dwcp.libvirt;

import com.sun.jna.Pointer;
import io.novacron.dwcp.libvirt.jna.LibvirtFunctions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One question at a time to the libvirt behind a socket, over a connection of its own: there are a
 * few in a migration, and none holds anything while libvirt restarts. Each may wait for libvirt.
 */
final class LibvirtSocket {
  /** VIR_ERR_NO_DOMAIN of virterror.h. */
  private static final int NO_DOMAIN = 42;

  /** libvirt writes errors to stderr unless told otherwise; ours go where who asked wants them. */
  private static final LibvirtFunctions.ErrorFunction SILENT = (userData, error) -> {};

  private static final class Library {
    static final String PROBLEM = load();

    private static String load() {
      try {
        LibvirtFunctions.register();
        LibvirtFunctions.virSetErrorFunc(null, SILENT);
        return "";
      } catch (UnsatisfiedLinkError e) {
        return "libvirt.so.0 cannot be used: " + e.getMessage();
      }
    }
  }

  interface Question {
    /** Negative: libvirt refused. */
    int ask(Pointer domain);
  }

  private final Supplier<Path> socket;

  /**
   * @param socket asked for each time
   */
  LibvirtSocket(Supplier<Path> socket) {
    this.socket = socket;
  }

  /**
   * Asks about a guest that libvirt must know.
   *
   * @param what is asked, for the exception
   */
  void ask(UUID guest, String what, Question question) throws LibvirtException {
    if (askIfKnown(guest, what, question).isEmpty()) {
      throw new LibvirtException("libvirt does not know " + guest);
    }
  }

  /** The answer; empty if libvirt does not know the guest. */
  Optional<Integer> askIfKnown(UUID guest, String what, Question question) throws LibvirtException {
    if (!Library.PROBLEM.isEmpty()) {
      throw new LibvirtException(Library.PROBLEM);
    }
    String uri = "qemu+unix:///system?socket=" + socket.get();
    Pointer connection = LibvirtFunctions.virConnectOpen(uri);
    if (connection == null) {
      throw refused("open " + uri);
    }
    try {
      return ask(find(connection, guest), what + " " + guest, question);
    } finally {
      LibvirtFunctions.virConnectClose(connection);
    }
  }

  private static Optional<Integer> ask(@Nullable Pointer domain, String what, Question question)
      throws LibvirtException {
    if (domain == null) {
      return Optional.empty();
    }
    try {
      int answer = question.ask(domain);
      if (answer < 0) {
        throw refused(what);
      }
      return Optional.of(answer);
    } finally {
      LibvirtFunctions.virDomainFree(domain);
    }
  }

  private static @Nullable Pointer find(Pointer connection, UUID guest) throws LibvirtException {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(guest.getMostSignificantBits())
            .putLong(guest.getLeastSignificantBits())
            .array();
    Pointer domain = LibvirtFunctions.virDomainLookupByUUID(connection, bytes);
    if (domain == null && LibvirtFunctions.virGetLastErrorCode() != NO_DOMAIN) {
      throw refused("find " + guest);
    }
    return domain;
  }

  private static LibvirtException refused(String what) {
    String why = LibvirtFunctions.virGetLastErrorMessage();
    return new LibvirtException("libvirt could not " + what + ": " + why);
  }
}
