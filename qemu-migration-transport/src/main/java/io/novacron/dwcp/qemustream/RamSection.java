package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.FieldCutter;
import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of the RAM sections: the block list of the setup, then records of one page each until
 * the end of the section. The blocks, and which of them came last, survive a section (QEMU 10.0
 * migration/ram.c, ram_save_setup and save_page_header).
 */
final class RamSection {
  private static final int RECORD_BYTES = Long.BYTES;

  /**
   * A delta that would be longer is sent as a page (QEMU 10.0 migration/ram.c, save_xbzrle_page).
   */
  private static final int MAX_DELTA_BYTES = PageSize.BYTES;

  /** What zlib can make of 4 KiB is a few bytes more than that (QEMU 7.2 migration/ram.c). */
  private static final int MAX_COMPRESSED_PAGE_BYTES = 2 * PageSize.BYTES;

  private enum Step {
    RECORD,
    BLOCK_LIST,
    ID_LENGTH,
    ID,
    DELTA_HEADER,
    COMPRESSED_LENGTH
  }

  private final FieldCutter cutter;
  private final RamBlocks blocks = new RamBlocks();
  private @Nullable RamBlockList blockList;
  private Step step = Step.RECORD;
  private long ramRecord;
  private int idBytes;
  private long blockHash;
  private long blockUsedBytes;
  private String whatWasSeen = "";
  private long passedBytes;
  private boolean firstPassOver;
  private long zeroPageRecords;

  RamSection(FieldCutter cutter) {
    this.cutter = cutter;
  }

  /** The next field is the first of a section's body. */
  void begin() {
    expect(Step.RECORD, RECORD_BYTES);
  }

  /** After {@link Progress#LOST}: what was seen where something else was expected. */
  String whatWasSeen() {
    return whatWasSeen;
  }

  long firstPassBytesLeft() {
    return firstPassOver ? 0 : Math.max(0, blocks.totalBytes() - passedBytes);
  }

  long zeroPageRecords() {
    return zeroPageRecords;
  }

  /** The first pass goes through the blocks in their order, upwards (ram.c, find_dirty_block). */
  private void pass(long offsetBytes) {
    long position = blocks.startOf(blockHash) + offsetBytes;
    firstPassOver |= position < passedBytes;
    passedBytes = position;
  }

  Progress field(ByteBuffer bytes, int at, PageSink sink) {
    return switch (step) {
      case RECORD -> startRecord(bytes.getLong(at), sink);
      case BLOCK_LIST -> listField(bytes, at, sink);
      case ID_LENGTH -> {
        idBytes = bytes.get(at) & 0xff;
        yield idBytes == 0 ? lost("RAM block without an id") : expect(Step.ID, idBytes);
      }
      case ID -> {
        blockHash = RamBlocks.idHash(bytes, at, idBytes);
        blockUsedBytes = blocks.usedBytes(blockHash);
        yield finishRecord(sink);
      }
      case DELTA_HEADER -> skip(bytes.getShort(at + 1) & 0xffff, MAX_DELTA_BYTES);
      case COMPRESSED_LENGTH -> skip(bytes.getInt(at), MAX_COMPRESSED_PAGE_BYTES);
    };
  }

  private Progress startRecord(long value, PageSink sink) {
    ramRecord = value;
    int flags = RamFlag.of(value);
    return switch (flags & ~RamFlag.CONTINUE) {
      case RamFlag.EOS -> Progress.ENDS;
      case RamFlag.MULTIFD_FLUSH -> expect(Step.RECORD, RECORD_BYTES);
      case RamFlag.MEM_SIZE -> {
        blockList = new RamBlockList(cutter, blocks, RamFlag.addressOf(value));
        step = Step.BLOCK_LIST;
        yield Progress.GOES_ON;
      }
      case RamFlag.ZERO, RamFlag.PAGE, RamFlag.XBZRLE, RamFlag.COMPRESS_PAGE ->
          (flags & RamFlag.CONTINUE) == 0 ? expect(Step.ID_LENGTH, Byte.BYTES) : finishRecord(sink);
      default -> lost("RAM record 0x%016x".formatted(value));
    };
  }

  private Progress listField(ByteBuffer bytes, int at, PageSink sink) {
    RamBlockList list = blockList;
    if (list == null) {
      return lost("RAM block outside a list");
    }
    return switch (list.field(bytes, at)) {
      case GOES_ON -> Progress.GOES_ON;
      case ENDS -> {
        blockList = null;
        yield startRecord(list.recordAfter(), sink);
      }
      case LOST -> lost("RAM block list that does not add up");
    };
  }

  private Progress finishRecord(PageSink sink) {
    long offsetBytes = RamFlag.addressOf(ramRecord);
    if (Long.compareUnsigned(offsetBytes, blockUsedBytes) >= 0
        || !RamBlocks.isPageOffset(offsetBytes)) {
      return lost(
          "RAM page at 0x%x of a block of 0x%x bytes".formatted(offsetBytes, blockUsedBytes));
    }
    pass(offsetBytes);
    step = Step.RECORD;
    return switch (RamFlag.of(ramRecord) & ~RamFlag.CONTINUE) {
      case RamFlag.PAGE -> {
        sink.page(cutter.streamOffset(), RamBlocks.pageAddress(blockHash, offsetBytes));
        yield skip(PageSize.BYTES, PageSize.BYTES);
      }
      case RamFlag.ZERO -> {
        zeroPageRecords++;
        yield skip(Byte.BYTES, Byte.BYTES);
      }
      case RamFlag.XBZRLE -> expect(Step.DELTA_HEADER, Byte.BYTES + Short.BYTES);
      default -> expect(Step.COMPRESSED_LENGTH, Integer.BYTES);
    };
  }

  private Progress skip(int bytes, int maxBytes) {
    if (bytes < 0 || bytes > maxBytes) {
      return lost("RAM payload of %d bytes; at most %d".formatted(bytes, maxBytes));
    }
    cutter.skip(bytes);
    return expect(Step.RECORD, RECORD_BYTES);
  }

  private Progress expect(Step next, int fieldBytes) {
    step = next;
    cutter.expect(fieldBytes);
    return Progress.GOES_ON;
  }

  private Progress lost(String seen) {
    whatWasSeen = seen;
    return Progress.LOST;
  }
}
