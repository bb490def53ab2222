package io.novacron.dwcp.wire;

import static io.novacron.dwcp.wire.ProtocolDocument.cell;
import static io.novacron.dwcp.wire.ProtocolDocument.numbers;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.CorruptBatchException;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.StoredCodec;
import io.novacron.dwcp.encoding.UnpackedBatch;
import io.novacron.dwcp.encoding.ZstdCodec;
import io.novacron.dwcp.kernels.JavaPageKernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A batch put together from the tables and rules of PROTOCOL.md section 4.14 is read as meant. */
class DocumentedBatchTest {
  private static final String SECTION = "4.14";
  private static final int PAGE_BYTES = 4096;
  private static final byte[] PAGE = page();

  private final ProtocolDocument document = ProtocolDocument.read();
  private final Map<String, Long> kinds = numbers(document.table(SECTION, "kind"), "name", "kind");
  private final Map<String, Long> offsets =
      numbers(document.table(SECTION, "offset"), "field", "offset");

  DocumentedBatchTest() throws IOException {}

  private static byte[] page() {
    byte[] page = new byte[PAGE_BYTES];
    Arrays.fill(page, (byte) 'P');
    return page;
  }

  private int offset(String field) {
    return Math.toIntExact(offsets.get(field));
  }

  private byte token(int count, String kind) {
    return (byte) (count << 2 | kinds.get(kind));
  }

  private static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        sha256.update(part);
      }
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] pageRecord(byte[] page) {
    return ByteBuffer.allocate(33).put((byte) 1).put(sha256(page)).array();
  }

  private static byte[] literalRecord(int lengthBytes) {
    return ByteBuffer.allocate(5).put((byte) 0).putInt(lengthBytes).array();
  }

  private static byte[] digest() {
    return sha256(
        literalRecord(2),
        pageRecord(PAGE),
        pageRecord(new byte[PAGE_BYTES]),
        pageRecord(PAGE),
        sha256("hi".getBytes(US_ASCII)));
  }

  /** "hi", a new page, a zero page, the new page again. */
  private ByteBuffer batch() {
    byte[] tokens = {
      token(2, "LITERAL"), token(1, "PAGE"), token(1, "ZERO"), token(1, "REFERENCE"), 0
    };
    int residueBytes = tokens.length + 2 + PAGE_BYTES;
    ByteBuffer batch = ByteBuffer.allocateDirect(offset("residue") + residueBytes);
    batch.put(offset("codec"), (byte) 0);
    batch.putShort(offset("tokenCount"), (short) 4);
    batch.putInt(offset("rawBytes"), 2 + 3 * PAGE_BYTES);
    batch.putInt(offset("residueBytes"), residueBytes);
    batch.put(offset("batchDigest"), digest());
    batch.position(offset("residue")).put(tokens).put("hi".getBytes(US_ASCII)).put(PAGE);
    return batch.rewind();
  }

  @Test
  void isReadAsTheDocumentSays() throws CorruptBatchException {
    ByteBuffer out = ByteBuffer.allocate(2 + 3 * PAGE_BYTES);
    ByteBuffer expected = ByteBuffer.allocate(2 + 3 * PAGE_BYTES);
    expected.put("hi".getBytes(US_ASCII)).put(PAGE).put(new byte[PAGE_BYTES]).put(PAGE);
    try (DestinationDecoder decoder = new DestinationDecoder(1, new JavaPageKernels());
        UnpackedBatch unpacked = decoder.unpack(batch())) {
      decoder.assemble(unpacked, out);
      assertArrayEquals(expected.array(), out.array());
      assertArrayEquals(sha256(new byte[32], digest()), decoder.chainDigest());
    }
  }

  private static byte[] raw() {
    return ByteBuffer.allocate(PAGE_BYTES + 2).put(PAGE).put("hi".getBytes(US_ASCII)).array();
  }

  /** A page of bytes and "hi", relayed. */
  private ByteBuffer relayed() {
    int kind = Math.toIntExact(kinds.get("RELAYED"));
    byte[] tokens = {(byte) (kind - 4), (byte) (raw().length | 0x80), (byte) (raw().length >> 7)};
    int residueBytes = tokens.length + raw().length;
    byte[] digest = sha256(pageRecord(PAGE), literalRecord(2), sha256("hi".getBytes(US_ASCII)));
    ByteBuffer batch = ByteBuffer.allocateDirect(offset("residue") + residueBytes);
    batch.putShort(offset("tokenCount"), (short) 1);
    batch.putInt(offset("rawBytes"), raw().length);
    batch.putInt(offset("residueBytes"), residueBytes);
    batch.put(offset("batchDigest"), digest);
    return batch.position(offset("residue")).put(tokens).put(raw()).rewind();
  }

  @Test
  void isRelayedAsTheDocumentSays() throws CorruptBatchException {
    ByteBuffer out = ByteBuffer.allocate(raw().length);
    try (DestinationDecoder decoder = new DestinationDecoder(1, new JavaPageKernels());
        UnpackedBatch unpacked = decoder.unpack(relayed())) {
      assertTrue(unpacked.isAsItIs());
      decoder.assemble(unpacked, out);
      assertArrayEquals(raw(), out.array());
    }
  }

  @Test
  void isRelayedAlone() {
    assertRefused("relayed batch of 2 tokens", relayed().putShort(offset("tokenCount"), (short) 2));
  }

  @Test
  void hasAHeaderWithoutGaps() {
    ByteBuffer batch = batch();
    batch.put(offset("reserved"), (byte) 0);
    assertEquals(
        offsets.keySet(),
        DocumentedLayoutTest.cut(document.table(SECTION, "offset"), batch).keySet());
  }

  @Test
  void hasTheStatedRanges() {
    for (Map<String, String> row : document.table(SECTION, "offset")) {
      Matcher range = Pattern.compile("1 to \\d+").matcher(cell(row, "meaning"));
      if (range.find()) {
        ByteBuffer batch = batch();
        int offset = offset(cell(row, "field"));
        batch.put(offset, (byte) 0x7f).put(offset + 1, (byte) 0xff);
        assertRefused("expected " + range.group(), batch);
      }
    }
    assertRefused("reserved byte 1", batch().put(offset("reserved"), (byte) 1));
    assertRefused("codec id 2", batch().put(offset("codec"), (byte) 2));
  }

  private static void assertRefused(String says, ByteBuffer batch) {
    try (DestinationDecoder decoder = new DestinationDecoder(1, new JavaPageKernels())) {
      CorruptBatchException thrown =
          assertThrows(CorruptBatchException.class, () -> decoder.unpack(batch).close());
      String seen = String.valueOf(thrown.getMessage());
      assertTrue(seen.contains(says), () -> "expected \"" + says + "\" in: " + seen);
    }
  }

  @Test
  void namesTheCodecs() {
    String meaning = cell(document.table(SECTION, "offset").getFirst(), "meaning");
    assertTrue(meaning.contains(new StoredCodec().wireId() + " stored"), meaning);
    assertTrue(meaning.contains(new ZstdCodec(1).wireId() + " zstd"), meaning);
  }
}
