package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.FieldCutter;
import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;

/**
 * One multifd channel after its magic: packets, each a header, the offsets of its pages in one RAM
 * block, and the pages. QEMU 7.2 to 10.0 migration/multifd.h; the header has the same length in
 * all.
 */
final class MultifdStreamParser implements StreamParser {
  private static final int VERSION = 1;

  /** Version, uuid, channel id and 39 reserved bytes (MultiFDInit_t). */
  private static final int INIT_REST_BYTES = 60;

  /** Magic, version, flags (MultiFDPacketHdr_t). */
  private static final int PACKET_START_BYTES = 12;

  /** Counts, next_packet_size, packet_num and the RAM block (MultiFDPacket_t). */
  private static final int PAGES_REST_BYTES = 308;

  /** Idstr, instance, next_packet_size (MultiFDPacketDeviceState_t, since 10.0). */
  private static final int DEVICE_REST_BYTES = 264;

  /** 512 KiB a packet (MULTIFD_PACKET_SIZE). */
  private static final int USUAL_PAGES = (512 << 10) / PageSize.BYTES;

  /** Eight times {@link #USUAL_PAGES}; 8 KiB of offsets. */
  private static final int MAX_PAGES = 8 * USUAL_PAGES;

  /** A compressed packet is hardly longer than its pages. */
  private static final int MAX_PACKET_PAYLOAD_BYTES = 2 * MAX_PAGES * PageSize.BYTES;

  /** Number of zero pages, whose offsets follow those of the others; 0 until 8.x. */
  private static final int ZERO_PAGES_AT = 20;

  private static final int RAM_BLOCK_AT = 52;
  private static final int RAM_BLOCK_BYTES = 256;

  /** Compression method: 3 bits until 9.0, 5 bits since; 0 is none. */
  private static final int FLAG_COMPRESSION_MASK = 0x1f << 1;

  private static final int FLAG_DEVICE_STATE = 1 << 6;

  private enum Step {
    INIT,
    PACKET_START,
    DEVICE_REST,
    PAGES_REST,
    PAGE_OFFSET,
    PAGE
  }

  private final FieldCutter cutter =
      new FieldCutter(MigrationStreamParser.MAGIC_BYTES, INIT_REST_BYTES);
  private final long[] pageOffsets = new long[MAX_PAGES];
  private Step step = Step.INIT;
  private StreamPhase phase = StreamPhase.SETUP;
  private String description = "qemu-multifd";
  private int flags;
  private int offsetSlots = USUAL_PAGES;
  private int normalPages;
  private int payloadBytes;
  private long blockHash;
  private int next;
  private long zeroPageRecords;

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
  public long zeroPageRecords() {
    return zeroPageRecords;
  }

  @Override
  public String description() {
    return description;
  }

  private void field(ByteBuffer bytes, int at, PageSink sink) {
    switch (step) {
      case INIT -> checkVersion(bytes.getInt(at), Step.PACKET_START, PACKET_START_BYTES);
      case PACKET_START -> startPacket(bytes, at);
      case DEVICE_REST -> {
        cutter.skip(Integer.toUnsignedLong(bytes.getInt(at + DEVICE_REST_BYTES - Integer.BYTES)));
        expect(Step.PACKET_START, PACKET_START_BYTES);
      }
      case PAGES_REST -> describePages(bytes, at);
      case PAGE_OFFSET -> pageOffset(bytes.getLong(at));
      case PAGE -> page(sink);
    }
  }

  private void checkVersion(int version, Step following, int fieldBytes) {
    if (version == VERSION) {
      expect(following, fieldBytes);
    } else {
      giveUp("version %d; expected %d".formatted(version, VERSION));
    }
  }

  private void startPacket(ByteBuffer bytes, int at) {
    int magic = bytes.getInt(at);
    if (magic != MigrationStreamParser.MULTIFD_MAGIC) {
      giveUp("packet magic 0x%08x".formatted(magic));
      return;
    }
    phase = StreamPhase.BULK;
    flags = bytes.getInt(at + 8);
    boolean device = (flags & FLAG_DEVICE_STATE) != 0;
    checkVersion(
        bytes.getInt(at + 4),
        device ? Step.DEVICE_REST : Step.PAGES_REST,
        device ? DEVICE_REST_BYTES : PAGES_REST_BYTES);
  }

  private void describePages(ByteBuffer bytes, int at) {
    int allocatedPages = bytes.getInt(at);
    normalPages = bytes.getInt(at + 4);
    // Without normal pages there is no payload, whatever the length says: until 8.x a SYNC packet
    // repeats that of the packet before.
    payloadBytes = normalPages == 0 ? 0 : bytes.getInt(at + 8);
    // Since 9.2 a SYNC packet allocates 0 pages and yet is as long as the others.
    offsetSlots = allocatedPages == 0 ? offsetSlots : allocatedPages;
    if (offsetSlots < 0
        || offsetSlots > MAX_PAGES
        || normalPages < 0
        || normalPages > offsetSlots) {
      giveUp("%d pages in %d slots; at most %d".formatted(normalPages, offsetSlots, MAX_PAGES));
    } else if (payloadBytes < 0 || payloadBytes > MAX_PACKET_PAYLOAD_BYTES) {
      giveUp("payload of %d bytes; at most %d".formatted(payloadBytes, MAX_PACKET_PAYLOAD_BYTES));
    } else {
      blockHash = blockHash(bytes, at + RAM_BLOCK_AT);
      next = 0;
      zeroPageRecords += Math.clamp(bytes.getInt(at + ZERO_PAGES_AT), 0, offsetSlots - normalPages);
      expect(Step.PAGE_OFFSET, Long.BYTES);
    }
  }

  /** The block's name ends at its first zero byte. */
  private static long blockHash(ByteBuffer bytes, int at) {
    int nameBytes = 0;
    while (nameBytes < RAM_BLOCK_BYTES && bytes.get(at + nameBytes) != 0) {
      nameBytes++;
    }
    return RamBlocks.idHash(bytes, at, nameBytes);
  }

  private void pageOffset(long offsetBytes) {
    pageOffsets[next] = offsetBytes;
    next++;
    if (next == normalPages || normalPages == 0) {
      // Zero pages and unused slots come after the normal pages.
      cutter.skip((long) (offsetSlots - next) * Long.BYTES);
      startPayload();
    }
  }

  private void startPayload() {
    boolean pagesAsTheyAre =
        (flags & FLAG_COMPRESSION_MASK) == 0
            && normalPages > 0
            && payloadBytes == normalPages * PageSize.BYTES;
    if (pagesAsTheyAre) {
      next = 0;
      expect(Step.PAGE, 0);
    } else {
      cutter.skip(payloadBytes);
      expect(Step.PACKET_START, PACKET_START_BYTES);
    }
  }

  private void page(PageSink sink) {
    long offsetBytes = pageOffsets[next];
    if (RamBlocks.isPageOffset(offsetBytes)) {
      sink.page(cutter.streamOffset(), RamBlocks.pageAddress(blockHash, offsetBytes));
    }
    next++;
    cutter.skip(PageSize.BYTES);
    if (next == normalPages) {
      expect(Step.PACKET_START, PACKET_START_BYTES);
    }
  }

  private void expect(Step following, int fieldBytes) {
    step = following;
    cutter.expect(fieldBytes);
  }

  private void giveUp(String seen) {
    phase = StreamPhase.OPAQUE;
    description =
        "opaque: gave up qemu-multifd before byte %d: %s".formatted(cutter.streamOffset(), seen);
    cutter.skipRest();
  }
}
