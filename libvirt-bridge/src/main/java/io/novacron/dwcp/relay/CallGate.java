package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a source may send to this host's libvirt: the calls of a migration and nothing else. Another
 * call is answered with an error in libvirt's place. What is no libvirt RPC closes the connection,
 * since what follows it could be anything.
 *
 * <p>For one connection, in order. One thread at a time.
 */
public final class CallGate {
  /** What is to be done with an input. */
  public sealed interface Verdict {
    /** Pass it on. */
    record Pass() implements Verdict {}

    /** Pass it on to nobody. */
    record Drop() implements Verdict {}

    /**
     * Pass it on to nobody, and send the answer to the source, between two messages only.
     *
     * @param what was asked, for people
     */
    record Refuse(ByteBuffer answer, String what) implements Verdict {}

    /** Close the connection. */
    record Close(String reason) implements Verdict {}
  }

  /**
   * Procedures of remote_protocol.x, from recorded migrations of every form (RELAY.md):
   * CONNECT_OPEN, _CLOSE, _SUPPORTS_FEATURE, AUTH_LIST, _SASL_INIT, _SASL_START, _SASL_STEP,
   * _POLKIT, the Prepare calls and Finish, CONNECT_REGISTER_ and _UNREGISTER_CLOSE_CALLBACK. Then
   * what {@code HeldGuests} asks: DOMAIN_LOOKUP_BY_UUID and DOMAIN_GET_STATE.
   */
  private static final Set<Integer> CALLS =
      Set.of(1, 2, 60, 66, 67, 68, 69, 70, 303, 304, 306, 360, 361, 24, 212);

  /** virErrorNumber VIR_ERR_ACCESS_DENIED, virErrorDomain VIR_FROM_RPC, level VIR_ERR_ERROR. */
  private static final int ACCESS_DENIED = 88;

  private static final int FROM_RPC = 7;
  private static final int LEVEL_ERROR = 2;

  /** A client that goes on asking is none of libvirt's. */
  static final int MOST_REFUSALS = 64;

  private static final Verdict PASS = new Verdict.Pass();
  private static final Verdict DROP = new Verdict.Drop();

  private final boolean isOpen;
  private @Nullable Verdict closed;
  private @Nullable String refusedNow;
  private int refusals;

  private CallGate(boolean isOpen) {
    this.isOpen = isOpen;
  }

  /** Lets through what a migration needs. */
  public static CallGate forMigrations() {
    return new CallGate(false);
  }

  /** Lets everything through. */
  public static CallGate open() {
    return new CallGate(true);
  }

  /** Judges the next input of the source. */
  public Verdict judge(RpcInput input) {
    if (isOpen) {
      return PASS;
    }
    Verdict closed = this.closed;
    if (closed != null) {
      return closed;
    }
    Verdict verdict =
        switch (input) {
          case OpaqueBytes opaque -> new Verdict.Close(opaque.reason());
          case RpcMessage message -> message(message.header());
          case RpcFragment fragment -> fragment(fragment);
        };
    this.closed = verdict instanceof Verdict.Close ? verdict : null;
    return verdict;
  }

  /** Those are read whole: keepalives, and Prepare and Finish. */
  private static Verdict message(RpcHeader header) {
    boolean isKeepalive = Keepalive.of(header).isPresent() && header.type() == RpcType.MESSAGE;
    return isKeepalive || header.type() == RpcType.CALL
        ? PASS
        : new Verdict.Close("a source sends no " + header.describe());
  }

  private Verdict fragment(RpcFragment fragment) {
    if (fragment.first()) {
      RpcHeader header = fragment.header();
      if (isAllowed(header)) {
        return PASS;
      }
      boolean isCall = header.type() == RpcType.CALL || header.type() == RpcType.CALL_WITH_FDS;
      if (!isCall || ++refusals > MOST_REFUSALS) {
        return new Verdict.Close("a migration sends no " + header.describe());
      }
      refusedNow = header.describe();
    }
    String refused = refusedNow;
    if (refused == null) {
      return PASS;
    }
    if (!fragment.last()) {
      return DROP;
    }
    refusedNow = null;
    return new Verdict.Refuse(error(fragment.header()), refused);
  }

  private static boolean isAllowed(RpcHeader header) {
    if (header.program() != RemoteProgram.PROGRAM || header.version() != RemoteProgram.VERSION) {
      return false;
    }
    return switch (header.type()) {
      case CALL -> CALLS.contains(header.procedure());
      case STREAM, STREAM_HOLE ->
          header.procedure() == RemoteProgram.DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS;
      case REPLY, MESSAGE, CALL_WITH_FDS, REPLY_WITH_FDS -> false;
    };
  }

  /** {@code virNetMessageError}: the fields behind the level are optional, and absent. */
  private static ByteBuffer error(RpcHeader call) {
    XdrWriter out = new XdrWriter();
    out.int32(ACCESS_DENIED);
    out.int32(FROM_RPC);
    out.optionalString(
        Optional.of(
            "dwcpd of the destination host lets migrations through only, not procedure "
                + call.procedure()
                + " (dwcp.conf: security.peer-calls)"));
    out.int32(LEVEL_ERROR);
    out.int32(0); // no domain
    out.optionalString(Optional.empty());
    out.optionalString(Optional.empty());
    out.optionalString(Optional.empty());
    out.int32(0);
    out.int32(0);
    out.int32(0); // no network
    return out.message(
        new RpcHeader(
            call.program(),
            call.version(),
            call.procedure(),
            RpcType.REPLY,
            call.serial(),
            RpcStatus.ERROR));
  }
}
