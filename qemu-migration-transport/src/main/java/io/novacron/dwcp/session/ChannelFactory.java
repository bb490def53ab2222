package io.novacron.dwcp.session;

import io.novacron.dwcp.congestion.BacklogWindow;
import io.novacron.dwcp.congestion.IntakePace;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.encoding.BatchForms;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.encoding.CorruptBatchException;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.SourceEncoder;
import io.novacron.dwcp.encoding.ZstdLaneCodec;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.nbd.NbdRequestParser;
import io.novacron.dwcp.nbd.WriteWindow;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.plugin.LaneCodec;
import io.novacron.dwcp.qemustream.MigrationStreamParser;
import io.novacron.dwcp.streams.ChannelSender;
import io.novacron.dwcp.streams.StreamGroup;
import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.ProtocolVersions;
import io.novacron.dwcp.wire.ResetCode;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes channel ends from what a daemon has one of: workers, pools, kernels, a clock.
 *
 * @param windowCeilingBytes most that one direction may have under way
 */
public record ChannelFactory(
    SessionExecutor executor,
    LongSupplier nanoClock,
    BufferSource buffers,
    BatchPool pool,
    PageKernels kernels,
    long windowCeilingBytes) {

  /**
   * The source's end: parsed and with history on the way out, opaque on the way in.
   *
   * @param earlyWrites window of a disk's early acknowledgement; null for none
   */
  ChannelEnd source(
      int version,
      Frame.Open open,
      ChannelEnd.Owner owner,
      long receiveWindowBytes,
      StreamGroup streams,
      PathRate path,
      @Nullable WriteWindow earlyWrites) {
    boolean urgent = open.kind() == ChannelKind.LIBVIRT_RPC;
    return end(
        open,
        owner,
        receiveWindowBytes,
        streams,
        path,
        parts(
            forwardParser(open.kind()),
            encoder(version, open.historyPages(), laneCodec(version, open)),
            new DestinationDecoder(0, kernels),
            urgent,
            pace(open.kind())),
        earlyWrites == null ? null : new EarlyWrites(earlyWrites, nanoClock, buffers));
  }

  /** The destination's end: opaque and urgent on the way out, which is the return path. */
  ChannelEnd destination(
      int version,
      Frame.Open open,
      ChannelEnd.Owner owner,
      long receiveWindowBytes,
      StreamGroup streams) {
    return end(
        open,
        owner,
        receiveWindowBytes,
        streams,
        PathRate.UNKNOWN,
        parts(
            new OpaqueStream(),
            encoder(version, 0, null),
            forwardDecoder(version, open),
            true,
            null),
        null);
  }

  /**
   * PROTOCOL.md section 4.14: a forward direction has a lane if its history is at least as large as
   * the window, so that what bounds the one bounds the other.
   */
  private static @Nullable LaneCodec laneCodec(int version, Frame.Open open) {
    LaneCodec codec = new ZstdLaneCodec();
    long historyBytes = (long) open.historyPages() * PageSize.BYTES;
    boolean mayUse = version >= ProtocolVersions.LANES && historyBytes >= codec.windowBytes();
    return mayUse ? codec : null;
  }

  private SourceEncoder encoder(int version, int historyPages, @Nullable LaneCodec laneCodec) {
    BatchForms forms =
        new BatchForms(version >= ProtocolVersions.RELAYS, version >= ProtocolVersions.SHUFFLES);
    return new SourceEncoder(historyPages, kernels, laneCodec, forms);
  }

  /** Memory is parsed here too, for the baseline of the guest's next visit. */
  private DestinationDecoder forwardDecoder(int version, Frame.Open open) {
    StreamParser parser =
        switch (open.kind()) {
          case MEMORY -> forwardParser(open.kind());
          case DISK, LIBVIRT_RPC -> null;
        };
    return new DestinationDecoder(open.historyPages(), kernels, parser, laneCodec(version, open));
  }

  private static StreamParser forwardParser(ChannelKind kind) {
    return switch (kind) {
      case MEMORY -> new MigrationStreamParser();
      case DISK -> new NbdRequestParser();
      case LIBVIRT_RPC -> new OpaqueStream();
    };
  }

  private @Nullable IntakePace pace(ChannelKind kind) {
    return switch (kind) {
      case MEMORY -> new IntakePace(nanoClock.getAsLong());
      case DISK, LIBVIRT_RPC -> null;
    };
  }

  private ChannelParts parts(
      StreamParser parser,
      SourceEncoder encoder,
      DestinationDecoder decoder,
      boolean urgent,
      @Nullable IntakePace intakePace) {
    return new ChannelParts(
        parser, encoder, decoder, urgent, intakePace, pool, buffers, executor, nanoClock);
  }

  private ChannelEnd end(
      Frame.Open open,
      ChannelEnd.Owner owner,
      long receiveWindowBytes,
      StreamGroup streams,
      PathRate path,
      ChannelParts parts,
      @Nullable EarlyWrites earlyWrites) {
    return new ChannelEnd(
        open,
        owner,
        new Pipes(open, owner, receiveWindowBytes, streams, path, parts, this),
        earlyWrites);
  }

  /** Wires the pipes of one end to it; failures reset the channel after the current event. */
  private record Pipes(
      Frame.Open open,
      ChannelEnd.Owner owner,
      long receiveWindowBytes,
      StreamGroup streams,
      PathRate path,
      ChannelParts parts,
      ChannelFactory factory)
      implements ChannelEnd.ChannelPipes {

    @Override
    public OutboundPipe outbound(ChannelEnd channel) {
      LongSupplier clock = factory.nanoClock();
      BacklogWindow window =
          new BacklogWindow(factory.windowCeilingBytes(), clock.getAsLong(), path);
      ChannelSender sender =
          new ChannelSender(
              open.channelId(),
              open.migrationId(),
              streams,
              window,
              clock,
              () -> owner.touch(channel));
      OutboundPipe.Listener listener =
          new OutboundPipe.Listener() {
            @Override
            public void moved() {
              owner.touch(channel);
            }

            @Override
            public void failed(Exception cause) {
              Pipes.this.failed(channel, cause);
            }
          };
      return new OutboundPipe(open.channelId(), parts, sender, listener);
    }

    @Override
    public InboundPipe inbound(ChannelEnd channel) {
      InboundPipe.Listener listener =
          new InboundPipe.Listener() {
            @Override
            public void ackDue() {
              channel.markAckDue();
            }

            @Override
            public void failed(Exception cause) {
              Pipes.this.failed(channel, cause);
            }
          };
      return new InboundPipe(open.channelId(), parts, channel::local, receiveWindowBytes, listener);
    }

    private void failed(ChannelEnd channel, Exception cause) {
      ResetCode code =
          cause instanceof CorruptBatchException ? ResetCode.INTEGRITY : ResetCode.LOCAL;
      String reason = String.valueOf(cause.getMessage());
      factory.executor().later(() -> owner.reset(channel, code, reason));
    }
  }
}
