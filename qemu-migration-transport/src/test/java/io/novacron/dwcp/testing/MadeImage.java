package io.novacron.dwcp.testing;

import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamParser;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** An image in memory, made of the pages that a stream carries. */
public final class MadeImage {
  private final byte[] blocks;
  private int holders;

  public MadeImage(byte[] blocks) {
    this.blocks = blocks;
  }

  /** Every page that the parser announces, in the order of the stream. */
  public static MadeImage of(byte[] stream, StreamParser parser) {
    ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    parser.parse(
        ByteBuffer.wrap(stream),
        (offset, address) -> {
          if (offset + PageSize.BYTES <= stream.length) {
            blocks.write(stream, (int) offset, PageSize.BYTES);
          }
        });
    return new MadeImage(blocks.toByteArray());
  }

  public int pages() {
    return blocks.length / PageSize.BYTES;
  }

  /** The same from one block on, up to another. */
  public MadeImage part(int from, int to) {
    byte[] part = new byte[(to - from) * PageSize.BYTES];
    System.arraycopy(blocks, from * PageSize.BYTES, part, 0, part.length);
    return new MadeImage(part);
  }

  /** Somebody writes to the file; indexes that are open do not know. */
  public void overwrite(int block) {
    blocks[block * PageSize.BYTES + 100] ^= 1;
  }

  /** Its index as of now, the content as it will be when it is read. */
  public ImageIndex index() {
    byte[] digests = new byte[pages() * DiskBaseline.DIGEST_BYTES];
    int known = 0;
    for (int page = 0; page < pages(); page++) {
      if (!isZero(page)) {
        known++;
        byte[] digest = sha256(blocks, page * PageSize.BYTES, PageSize.BYTES);
        System.arraycopy(
            digest, 0, digests, page * DiskBaseline.DIGEST_BYTES, DiskBaseline.DIGEST_BYTES);
      }
    }
    MemorySegment segment = MemorySegment.ofArray(digests);
    MemorySegment table = MemorySegment.ofArray(new byte[(int) ImageIndex.tableBytes(known)]);
    for (int page = 0; page < pages(); page++) {
      ImageIndex.enter(table, segment, page);
    }
    byte[] id = sha256(digests, 0, digests.length);
    holders++;
    return new ImageIndex(new DiskBaseline(segment, id, List.of(), new Content()), table);
  }

  /** Indexes that somebody still holds. */
  public int holders() {
    return holders;
  }

  private boolean isZero(int page) {
    for (int i = page * PageSize.BYTES; i < (page + 1) * PageSize.BYTES; i++) {
      if (blocks[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private final class Content implements DiskBaseline.Content {
    @Override
    public void read(int firstPage, ByteBuffer into) {
      into.put(blocks, firstPage * PageSize.BYTES, into.remaining());
    }

    @Override
    public void close() {
      holders--;
    }
  }

  private static byte[] sha256(byte[] bytes, int offset, int length) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes, offset, length);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
