package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forward bytes of one memory connection and decides by the first of them what it is: the
 * main stream, a multifd channel, or something that is not read (TLS, a post-copy preempt channel,
 * anything unknown).
 */
public final class MigrationStreamParser implements StreamParser {
  /** "QEVM" (QEMU 10.0 migration/savevm.h, QEMU_VM_FILE_MAGIC). */
  static final int MAIN_MAGIC = 0x5145564d;

  /** First of each multifd channel and packet (QEMU 10.0 migration/multifd.h). */
  static final int MULTIFD_MAGIC = 0x11223344;

  static final int MAGIC_BYTES = 4;

  private static final int TLS_HANDSHAKE_RECORD = 0x16;

  private int magic;
  private int magicBytesSeen;
  private @Nullable StreamParser content;

  @Override
  public void parse(ByteBuffer bytes, PageSink sink) {
    while (content == null && bytes.hasRemaining()) {
      content = decide(bytes.get() & 0xff);
    }
    if (content != null) {
      content.parse(bytes, sink);
    }
  }

  private @Nullable StreamParser decide(int octet) {
    int shift = 8 * (MAGIC_BYTES - 1 - magicBytesSeen);
    magic |= octet << shift;
    magicBytesSeen++;
    boolean main = magic >>> shift == MAIN_MAGIC >>> shift;
    boolean multifd = magic >>> shift == MULTIFD_MAGIC >>> shift;
    if (!main && !multifd) {
      return new OpaqueStream(
          magic >>> 24 == TLS_HANDSHAKE_RECORD
              ? "TLS"
              : "first bytes 0x%08x; expected QEVM or multifd".formatted(magic));
    }
    if (magicBytesSeen < MAGIC_BYTES) {
      return null;
    }
    return main ? new MainStreamParser() : new MultifdStreamParser();
  }

  @Override
  public StreamPhase phase() {
    return content == null ? StreamPhase.SETUP : content.phase();
  }

  @Override
  public long firstPassBytesLeft() {
    return content == null ? 0 : content.firstPassBytesLeft();
  }

  @Override
  public long zeroPageRecords() {
    return content == null ? 0 : content.zeroPageRecords();
  }

  @Override
  public String description() {
    return content == null ? "qemu, nothing seen yet" : content.description();
  }
}
