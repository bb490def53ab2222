package io.novacron.dwcp.wire;

/** Bounds that hold for every frame, whoever sent it (PROTOCOL.md section 3). */
public final class Limits {
  /** "DWCP" in ASCII: the first four payload bytes of HELLO and HELLO_REPLY. */
  public static final int MAGIC = 0x44574350;

  /** Header of every frame: type, flags, reserved, length, channel, CRC, sequence. */
  public static final int HEADER_BYTES = 24;

  /**
   * One batch of 256 KiB raw that no codec could shrink, its tokens, and the slack a codec may need
   * for incompressible input (zstd: 1/256 + 64 bytes), rounded up.
   */
  public static final int MAX_DATA_BYTES = 320 * 1024;

  /**
   * HELLO and HELLO_REPLY: 40 bytes of fixed fields and a name. 1 KiB: what a stranger can make us
   * hold with a first frame of these types.
   */
  public static final int MAX_HANDSHAKE_BYTES = 1024;

  /** A reason shown to an operator, as UTF-8: some lines of text. */
  public static final int MAX_REASON_BYTES = 512;

  /**
   * What a direction may send before the first ACK tells the receiver's own credit. 1 MiB: a QEMU
   * return path or an RPC exchange never waits for it.
   */
  public static final long INITIAL_CREDIT_BYTES = 1024 * 1024;

  /** A host name as UTF-8: what DNS allows (RFC 1035, 2.3.4). */
  public static final int MAX_NAME_BYTES = 255;

  /** Streams of one session. 32: past this more streams measured no gain on any path (DESIGN 3). */
  public static final int MAX_STREAMS = 32;

  /**
   * Channels open at once in one session: 20 migrations with 16 multifd channels and 4 disks fit.
   */
  public static final int MAX_OPEN_CHANNELS = 4096;

  /**
   * A batch has a header of 44 bytes and a token at least. Smaller DATA could fill a receiver's
   * memory with what each frame costs beside its bytes, long below its credit.
   */
  public static final int MIN_DATA_BYTES = 45;

  /**
   * How far a frame may be ahead of the next one that is expected in its direction. A return path
   * of 50-byte messages has some 10,000 under way at 200 ms; a sender keeps half of this.
   */
  public static final int MAX_FRAMES_AHEAD = 131_072;

  /**
   * Runs of pages that a destination may lack of a baseline. A damaged sector costs one; a disk
   * that costs more than this is better off without a baseline.
   */
  public static final int MAX_MISSING_RANGES = 64;

  /** In place of the count of ranges: the baseline is declined, what follows is of images. */
  static final int NO_BASELINE = 0xffff;

  /**
   * Images that one OPEN can offer: a guest with more disks of different images is rare, and what
   * is left out travels.
   */
  public static final int MAX_IMAGES = 8;

  private Limits() {}
}
