package io.novacron.dwcp.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message between two daemons; layouts in PROTOCOL.md section 4. */
public sealed interface Frame {

  /**
   * First frame of a stream, source to destination.
   *
   * @param session the session that the stream belongs to
   * @param resume true when the source already got a HELLO_REPLY for this session: a destination
   *     that does not know it must refuse rather than start a new one
   * @param instance random number of the source daemon's process; a new one tells the destination
   *     that what it holds from an older one is dead
   */
  record Hello(
      ProtocolVersions versions, SessionId session, boolean resume, long instance, String hostName)
      implements Frame {}

  /**
   * Answer to HELLO.
   *
   * @param version spoken from here on
   * @param historyBudgetBytes page history that the destination grants to one migration
   */
  record HelloReply(
      int version, SessionId session, long instance, long historyBudgetBytes, String hostName)
      implements Frame {}

  /** Answer to HELLO: no; the stream is closed after it. */
  record Refuse(RefuseCode code, String reason) implements Frame {}

  /** Frames that are numbered per channel and direction, kept until acknowledged and sent again. */
  sealed interface Sequenced extends Frame {
    int channelId();

    long sequence();
  }

  /**
   * Sequence 0 of a channel's forward direction.
   *
   * @param migrationId joins the channels of one migration; drawn by the source
   * @param port loopback port on the destination that its libvirt announced; 0 for LIBVIRT_RPC
   * @param historyPages slots of the page history of the forward direction (0: none)
   * @param baseline which baseline of the guest the source holds; null for none, and always in
   *     version 1
   * @param images the images below the guest's disks that the source offers, at most {@link
   *     Limits#MAX_IMAGES}; none before version 6
   */
  record Open(
      int channelId,
      ChannelKind kind,
      long migrationId,
      int port,
      int historyPages,
      @Nullable Digest baseline,
      List<Digest> images)
      implements Sequenced {
    /** Without images. */
    public Open(
        int channelId,
        ChannelKind kind,
        long migrationId,
        int port,
        int historyPages,
        @Nullable Digest baseline) {
      this(channelId, kind, migrationId, port, historyPages, baseline, List.of());
    }

    /** Without a baseline, without images. */
    public Open(int channelId, ChannelKind kind, long migrationId, int port, int historyPages) {
      this(channelId, kind, migrationId, port, historyPages, null);
    }

    /** Copies the list. */
    public Open {
      images = List.copyOf(images);
    }

    @Override
    public long sequence() {
      return 0;
    }
  }

  /**
   * Sequence 0 of a channel's return path: the destination is connected.
   *
   * @param missing the pages that it lacks of the baseline which OPEN named; null if it does not
   *     have or want that, and always in version 1
   * @param images bit <i>i</i> is set if it has the <i>i</i>-th image that OPEN offered, from bit 0
   */
  record Opened(int channelId, @Nullable List<PageRange> missing, int images) implements Sequenced {
    /** Without images. */
    public Opened(int channelId, @Nullable List<PageRange> missing) {
      this(channelId, missing, 0);
    }

    /** Without a baseline, without images. */
    public Opened(int channelId) {
      this(channelId, null);
    }

    /** Copies the list. */
    public Opened {
      missing = missing == null ? null : List.copyOf(missing);
    }

    @Override
    public long sequence() {
      return 0;
    }
  }

  /** One batch. The receiver of this record owns the payload. */
  record Data(int channelId, long sequence, PayloadBuffer payload) implements Sequenced {}

  /**
   * Last frame of a direction (half-close).
   *
   * @param rawBytes all bytes of the direction
   * @param chainDigest 32 bytes over all batch digests in order
   */
  record End(int channelId, long sequence, long rawBytes, Digest chainDigest)
      implements Sequenced {}

  /** Both directions of the channel end at once; kept and repeated until RESET_ACK. */
  record Reset(int channelId, ResetCode code, String reason) implements Frame {}

  record ResetAck(int channelId) implements Frame {}

  /**
   * What the receiver of a direction has delivered and how much more it takes.
   *
   * @param nextSequence every sequenced frame below it is delivered
   * @param creditBytes total DATA payload bytes since the channel began that may be sent
   */
  record Ack(int channelId, long nextSequence, long creditBytes) implements Frame {}

  record Ping(long token) implements Frame {}

  record Pong(long token) implements Frame {}

  /** The session ends; every channel still open is reset. */
  record Goodbye(String reason) implements Frame {}
}
