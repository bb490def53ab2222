package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.FieldCutter;
import java.nio.ByteBuffer;

/**
 * The list of RAM blocks in the setup of the RAM section: per block its id and used length, until
 * the lengths make up the announced total (QEMU 10.0 migration/ram.c, ram_save_setup).
 *
 * <p>Two more fields may follow a block and are announced nowhere: its page size, when post-copy is
 * allowed and it is not the host's, and its guest physical address with x-ignore-shared. They can
 * be told from what else may follow: both are multiples of a page and begin with a zero byte, while
 * the id of the next block has a length of at least 1 and the record after the list has flags.
 */
final class RamBlockList {
  private static final int MAX_EXTRA_FIELDS = 2;
  private static final int REST_OF_LONG_BYTES = Long.BYTES - 1;

  private enum Step {
    ID_LENGTH_OR_ZERO,
    ID,
    USED_LENGTH,
    EXTRA_FIELD_OR_RECORD
  }

  private final FieldCutter cutter;
  private final RamBlocks blocks;
  private Step step = Step.ID_LENGTH_OR_ZERO;
  private long missingBytes;
  private int idBytes;
  private long idHash;
  private int extraFields;
  private long recordAfter;

  RamBlockList(FieldCutter cutter, RamBlocks blocks, long totalBytes) {
    this.cutter = cutter;
    this.blocks = blocks;
    this.missingBytes = totalBytes;
    expect(Step.ID_LENGTH_OR_ZERO, Byte.BYTES);
    // An extra field belongs to a block: none before the first.
    this.extraFields = MAX_EXTRA_FIELDS;
  }

  /** {@link Progress#ENDS} with the record after the list, which is then {@link #recordAfter}. */
  Progress field(ByteBuffer bytes, int at) {
    return switch (step) {
      case ID_LENGTH_OR_ZERO -> {
        idBytes = bytes.get(at) & 0xff;
        yield idBytes == 0
            ? expect(Step.EXTRA_FIELD_OR_RECORD, REST_OF_LONG_BYTES)
            : expect(Step.ID, idBytes);
      }
      case ID -> {
        idHash = RamBlocks.idHash(bytes, at, idBytes);
        yield expect(Step.USED_LENGTH, Long.BYTES);
      }
      case USED_LENGTH -> usedLength(bytes.getLong(at));
      case EXTRA_FIELD_OR_RECORD ->
          extraFieldOrRecord(
              (bytes.getInt(at) & 0xffff_ffffL) << 24 | (bytes.getInt(at + 3) & 0xff_ffff));
    };
  }

  long recordAfter() {
    return recordAfter;
  }

  private Progress usedLength(long usedBytes) {
    if (usedBytes < 0 || usedBytes > missingBytes || !blocks.add(idHash, usedBytes)) {
      return Progress.LOST;
    }
    missingBytes -= usedBytes;
    extraFields = 0;
    return expect(Step.ID_LENGTH_OR_ZERO, Byte.BYTES);
  }

  private Progress extraFieldOrRecord(long value) {
    if (RamFlag.of(value) == 0) {
      extraFields++;
      return extraFields > MAX_EXTRA_FIELDS
          ? Progress.LOST
          : expect(Step.ID_LENGTH_OR_ZERO, Byte.BYTES);
    }
    recordAfter = value;
    return missingBytes == 0 ? Progress.ENDS : Progress.LOST;
  }

  private Progress expect(Step next, int fieldBytes) {
    step = next;
    cutter.expect(fieldBytes);
    return Progress.GOES_ON;
  }
}
