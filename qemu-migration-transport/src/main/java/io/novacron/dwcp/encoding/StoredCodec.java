package io.novacron.dwcp.encoding;

import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;

/** Leaves the residue as it is: wire id 0, which every peer knows. */
public final class StoredCodec implements ResidueCodec {

  static final int WIRE_ID = 0;

  @Override
  public int wireId() {
    return WIRE_ID;
  }

  @Override
  public String name() {
    return "stored";
  }

  @Override
  public int maxEncodedBytes(int residueBytes) {
    return residueBytes;
  }

  @Override
  public int encode(ByteBuffer src, ByteBuffer dst) {
    dst.put(dst.position(), src, src.position(), src.remaining());
    return src.remaining();
  }

  @Override
  public void decode(ByteBuffer src, ByteBuffer dst, int expectedBytes)
      throws CorruptResidueException {
    if (src.remaining() != expectedBytes) {
      throw new CorruptResidueException(
          src.remaining() + " B of stored residue, expected " + expectedBytes + " B");
    }
    dst.put(dst.position(), src, src.position(), expectedBytes);
  }
}
