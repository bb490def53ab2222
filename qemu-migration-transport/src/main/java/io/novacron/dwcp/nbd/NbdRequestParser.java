package io.novacron.dwcp.nbd;

import io.novacron.dwcp.page.FieldCutter;
import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;

/**
 * The forward half of an NBD connection, source to destination: negotiation, then requests, of
 * which WRITE carries pages. Replies are not seen: whether an option was granted shows in what
 * comes next, another option or a request (NBD project, doc/proto.md).
 */
public final class NbdRequestParser implements StreamParser {
  private static final int MAGIC_BYTES = Integer.BYTES;

  /** "IHAVEOPT", before each option. */
  private static final long OPTION_MAGIC = 0x49484156454f5054L;

  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int EXTENDED_REQUEST_MAGIC = 0x21e41c71;

  /** After the magic: flags, type, cookie, offset, and a length of 4 or 8 bytes. */
  private static final int REQUEST_REST_BYTES = 24;

  private static final int EXTENDED_REQUEST_REST_BYTES = 28;

  /** Fixed newstyle and no-zeroes; the other bits mean nothing yet. */
  private static final int MAX_CLIENT_FLAGS = 0xff;

  /** A name has 4096 bytes at most, and an option has a few of them. */
  private static final int MAX_OPTION_BYTES = 64 << 10;

  /** Twice the 32 MiB that QEMU, nbdkit and nbd-server accept. */
  private static final long MAX_PAYLOAD_BYTES = 64 << 20;

  private static final int COMMAND_WRITE = 1;
  private static final int COMMAND_MAX = 31;
  private static final int FLAG_PAYLOAD_LENGTH = 1 << 5;

  private enum Step {
    CLIENT_FLAGS,
    MAGIC,
    OPTION_REST,
    REQUEST_REST,
    PAGE
  }

  private final FieldCutter cutter = new FieldCutter(0, MAGIC_BYTES);
  private Step step = Step.CLIENT_FLAGS;
  private StreamPhase phase = StreamPhase.SETUP;
  private String description = "nbd";
  private boolean extended;
  private long diskOffset;
  private long payloadBytes;

  @Override
  public void parse(ByteBuffer bytes, PageSink sink) {
    cutter.cut(bytes.duplicate(), (field, at) -> field(field, at, sink));
    bytes.position(bytes.limit());
  }

  @Override
  public StreamPhase phase() {
    return phase;
  }

  @Override
  public String description() {
    return description;
  }

  private void field(ByteBuffer bytes, int at, PageSink sink) {
    switch (step) {
      case CLIENT_FLAGS -> clientFlags(bytes.getInt(at));
      case MAGIC -> startMessage(bytes.getInt(at));
      case OPTION_REST -> skipOption(bytes, at);
      case REQUEST_REST -> request(bytes, at);
      case PAGE -> page(sink);
    }
  }

  /** An oldstyle negotiation has no forward bytes: requests come at once. */
  private void clientFlags(int flags) {
    if (flags >= 0 && flags <= MAX_CLIENT_FLAGS) {
      expect(Step.MAGIC, MAGIC_BYTES);
    } else {
      startMessage(flags);
    }
  }

  private void startMessage(int magic) {
    switch (magic) {
      case REQUEST_MAGIC, EXTENDED_REQUEST_MAGIC -> {
        phase = StreamPhase.BULK;
        extended = magic == EXTENDED_REQUEST_MAGIC;
        expect(Step.REQUEST_REST, extended ? EXTENDED_REQUEST_REST_BYTES : REQUEST_REST_BYTES);
      }
      case (int) (OPTION_MAGIC >>> 32) -> {
        if (phase == StreamPhase.SETUP) {
          expect(Step.OPTION_REST, 3 * Integer.BYTES);
        } else {
          giveUp("option after a request");
        }
      }
      default -> giveUp("magic 0x%08x".formatted(magic));
    }
  }

  private void skipOption(ByteBuffer bytes, int at) {
    int optionBytes = bytes.getInt(at + 8);
    if (bytes.getInt(at) != (int) OPTION_MAGIC) {
      giveUp("option magic ends in 0x%08x".formatted(bytes.getInt(at)));
    } else if (optionBytes < 0 || optionBytes > MAX_OPTION_BYTES) {
      giveUp("option of %d bytes; at most %d".formatted(optionBytes, MAX_OPTION_BYTES));
    } else {
      cutter.skip(optionBytes);
      expect(Step.MAGIC, MAGIC_BYTES);
    }
  }

  private void request(ByteBuffer bytes, int at) {
    int flags = bytes.getShort(at);
    int command = bytes.getShort(at + 2) & 0xffff;
    long lengthBytes =
        extended ? bytes.getLong(at + 20) : Integer.toUnsignedLong(bytes.getInt(at + 20));
    boolean hasPayload =
        command == COMMAND_WRITE || (extended && (flags & FLAG_PAYLOAD_LENGTH) != 0);
    diskOffset = bytes.getLong(at + 12);
    payloadBytes = hasPayload ? lengthBytes : 0;
    if (command > COMMAND_MAX) {
      giveUp("command %d; at most %d".formatted(command, COMMAND_MAX));
    } else if (payloadBytes < 0 || payloadBytes > MAX_PAYLOAD_BYTES) {
      giveUp("payload of %d bytes; at most %d".formatted(payloadBytes, MAX_PAYLOAD_BYTES));
    } else if (command == COMMAND_WRITE && diskOffset >= 0) {
      startWrite();
    } else {
      cutter.skip(payloadBytes);
      expect(Step.MAGIC, MAGIC_BYTES);
    }
  }

  /** Bytes before the first whole page are passed over. */
  private void startWrite() {
    long head = Math.min(payloadBytes, -diskOffset & (PageSize.BYTES - 1));
    cutter.skip(head);
    diskOffset += head;
    payloadBytes -= head;
    nextPageOrMessage();
  }

  private void nextPageOrMessage() {
    if (payloadBytes >= PageSize.BYTES && diskOffset >= 0) {
      expect(Step.PAGE, 0);
    } else {
      cutter.skip(payloadBytes);
      expect(Step.MAGIC, MAGIC_BYTES);
    }
  }

  private void page(PageSink sink) {
    sink.page(cutter.streamOffset(), diskOffset);
    cutter.skip(PageSize.BYTES);
    diskOffset += PageSize.BYTES;
    payloadBytes -= PageSize.BYTES;
    nextPageOrMessage();
  }

  private void expect(Step next, int fieldBytes) {
    step = next;
    cutter.expect(fieldBytes);
  }

  private void giveUp(String seen) {
    phase = StreamPhase.OPAQUE;
    description = "opaque: gave up nbd before byte %d: %s".formatted(cutter.streamOffset(), seen);
    cutter.skipRest();
  }
}
