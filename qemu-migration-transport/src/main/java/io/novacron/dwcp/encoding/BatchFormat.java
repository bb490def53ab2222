package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;

/**
 * How one batch lies in the payload of a DATA frame (PROTOCOL.md, "Batch payload").
 *
 * <p>A batch is a piece of one direction of a channel, 1 to {@link #RAW_BYTES} bytes. Integers are
 * big endian.
 *
 * <pre>
 * offset  size  field
 *      0  u8    codec id: 0 stored, 1 zstd (RFC 8878, one frame), 2 zstd in the lane (PROTOCOL.md
 *               section 4.14); the encoding of the residue
 *      1  u8    reserved, 0
 *      2  u16   token count, 1 to 129
 *      4  u32   raw bytes, 1 to 262144
 *      8  u32   residue bytes before encoding, at most raw bytes + 1032
 *     12  32    batch digest, SHA-256
 *     44        residue, encoded: shorter than it was, or stored, or in the lane
 * </pre>
 *
 * <p>The residue is the tokens, then all literal bytes, then all new pages, then the runs of all
 * deltas, then the changes of all deltas, each in stream order. The five are kept apart because
 * like compresses better beside like. A token is a varint {@code count << 2 | kind}; a varint is
 * unsigned LEB128 of at most 4 bytes (28 bits). With count 0 the two low bits are the kind less 4,
 * and the count is a varint of its own: DELTA begins with a byte 0, RELAYED with a byte 1, the
 * SHUFFLED kinds with a byte 2 or 3.
 *
 * <pre>
 * kind  name       count                 then                what it stands for in the raw bytes
 *    0  LITERAL    bytes, at least 1                          the next so many literal bytes
 *    1  PAGE       pages, at least 1                          the next so many new pages
 *    2  ZERO       pages, at least 1                          so many pages of zero bytes
 *    3  REFERENCE  pages, at least 1     varint first slot    the pages in so many slots from there
 *    4  DELTA      pages, at least 1     varint first slot    so many pages, each the page in its
 *                                                             slot (from there on) but for changes
 *    5  RELAYED    bytes, all of it                           literal bytes, digested in blocks
 *    6  SHUFFLED4  pages, at least 1                          so many new pages, shuffled by 4
 *    7  SHUFFLED8  pages, at least 1                          so many new pages, shuffled by 8
 * </pre>
 *
 * <p>Two LITERAL tokens never follow each other; RELAYED is the only token of its batch. A page has
 * 4096 bytes.
 *
 * <p><b>Shuffled.</b> Such a page lies among the new ones as the lowest bytes of its words of 4 or
 * 8 bytes, in their order, then the next bytes of all words, and so on. Once it is turned back, it
 * is a new page like another. A stored residue has none.
 *
 * <p><b>Delta.</b> The runs of one page say where it differs from the page in its slot, in
 * ascending order; the changes are {@code old ^ current} of those bytes. The rest of the page is
 * equal. As offsets in the runs of one page:
 *
 * <pre>
 * offset  size  field
 *      0  1-2   varint bytes that differ, at least 1; 0: the page is at its end, nothing follows
 *         1-2   varint bytes before them that are equal; counted from the end of the run before
 *         ...   further pairs, all of them within 4096 bytes; then the 0
 * </pre>
 *
 * <p><b>History.</b> Both ends keep a ring of the same number of slots, agreed before the channel
 * opens; 0 means that there is none. Each new page and each delta, once it is a page again, in
 * stream order, goes to the next slot: 0, 1, 2, ... and again from 0 after the last, replacing what
 * was there. A reference or a delta is resolved at its place in the stream, and may name a page
 * that came earlier in the same batch. A slot that was never filled must not be named.
 *
 * <p><b>Batch digest.</b> SHA-256 over one record for each maximal literal run, {@code 00 | u32
 * bytes}, and for each page, however it travelled, {@code 01 | SHA-256 of its 4096 bytes}, in
 * stream order; and then over the SHA-256 of all literal bytes. So one pass over a page gives both
 * its identity and its integrity. A relayed batch has the digest of a batch that is pages from its
 * first byte on and less than a page of literal bytes behind them: so it is hashed side by side.
 *
 * <p><b>Chain digest.</b> 32 zero bytes before the first batch; after each batch the SHA-256 of
 * (chain digest | batch digest). The END frame of the direction carries it.
 */
final class BatchFormat {

  /** 256 KiB: level 1 of zstd gains nothing more from 1 MiB, and one takes 5 ms at 400 Mbit/s. */
  static final int RAW_BYTES = 256 * 1024;

  static final int MAX_PAGES = RAW_BYTES / PageSize.BYTES;

  /** Every page a token of its own, and a literal before, between and behind them. */
  static final int MAX_TOKENS = 2 * MAX_PAGES + 1;

  static final int MAX_VARINT_BYTES = 4;

  /** 1032: a token is two varints at most, or for a delta a byte, a count of one and a slot. */
  static final int MAX_TOKEN_BYTES = MAX_TOKENS * 2 * MAX_VARINT_BYTES;

  static final int MAX_RESIDUE_BYTES = RAW_BYTES + MAX_TOKEN_BYTES;

  static final int CODEC_OFFSET = 0;
  static final int RESERVED_OFFSET = 1;
  static final int TOKEN_COUNT_OFFSET = 2;
  static final int RAW_BYTES_OFFSET = 4;
  static final int RESIDUE_BYTES_OFFSET = 8;
  static final int DIGEST_OFFSET = 12;
  static final int HEADER_BYTES = DIGEST_OFFSET + Sha256.BYTES;

  static final int LITERAL = 0;
  static final int PAGE = 1;
  static final int ZERO = 2;
  static final int REFERENCE = 3;
  static final int DELTA = 4;
  static final int RELAYED = 5;
  static final int SHUFFLED4 = 6;
  static final int SHUFFLED8 = 7;

  /** What a slot number must fit in: 2^28 pages are 1 TiB of history. */
  static final int MAX_HISTORY_PAGES = 1 << (7 * MAX_VARINT_BYTES);

  private BatchFormat() {}

  /** PAGE for width 0. */
  static int kindOfWidth(int width) {
    return switch (width) {
      case 0 -> PAGE;
      case 4 -> SHUFFLED4;
      case 8 -> SHUFFLED8;
      default -> throw new IllegalArgumentException("words of " + width + " B");
    };
  }

  /** Whether pages of the kind lie among the new ones. */
  static boolean isNewPage(int kind) {
    return kind == PAGE || kind == SHUFFLED4 || kind == SHUFFLED8;
  }

  /** Of a kind of new pages; 0 for one that is not shuffled. */
  static byte widthOfKind(int kind) {
    return switch (kind) {
      case PAGE -> 0;
      case SHUFFLED4 -> 4;
      case SHUFFLED8 -> 8;
      default -> throw new IllegalArgumentException("no new pages: kind " + kind);
    };
  }

  static void putToken(ByteBuffer out, int kind, int count) {
    if (kind < DELTA) {
      putVarint(out, count << 2 | kind);
    } else {
      putVarint(out, kind - DELTA);
      putVarint(out, count);
    }
  }

  /** {@code value} has at most 28 bits. */
  static void putVarint(ByteBuffer out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  /** Reads at the position of {@code in}, not past its limit. */
  static int takeVarint(ByteBuffer in) throws CorruptBatchException {
    int value = 0;
    for (int at = 0; at < MAX_VARINT_BYTES; at++) {
      if (!in.hasRemaining()) {
        throw new CorruptBatchException("a token runs past the end of the residue");
      }
      int next = in.get();
      value |= (next & 0x7f) << (7 * at);
      if (next >= 0) {
        return value;
      }
    }
    throw new CorruptBatchException("a token's number is longer than " + MAX_VARINT_BYTES + " B");
  }
}
