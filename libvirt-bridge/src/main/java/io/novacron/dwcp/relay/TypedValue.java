package io.novacron.dwcp.relay;

/**
 * A value of {@code virTypedParameter}. The discriminants 1 to 7 are those of {@code
 * virTypedParameterType}.
 */
public sealed interface TypedValue {
  record Int(int value) implements TypedValue {}

  record UInt(int value) implements TypedValue {}

  record LLong(long value) implements TypedValue {}

  record ULLong(long value) implements TypedValue {}

  /** The bits, so that each NaN stays the one it is. */
  record DoubleBits(long bits) implements TypedValue {}

  /** An int on the wire, and kept as one: libvirt does not insist on 0 and 1. */
  record Bool(int value) implements TypedValue {}

  record Text(String value) implements TypedValue {}

  static TypedValue read(XdrReader in) throws RpcException {
    int type = in.int32();
    return switch (type) {
      case 1 -> new Int(in.int32());
      case 2 -> new UInt(in.int32());
      case 3 -> new LLong(in.int64());
      case 4 -> new ULLong(in.int64());
      case 5 -> new DoubleBits(in.int64());
      case 6 -> new Bool(in.int32());
      case 7 -> new Text(in.string());
      default ->
          throw new RpcException("typed parameter of type %d, expected 1 to 7".formatted(type));
    };
  }

  default void write(XdrWriter out) {
    switch (this) {
      case Int(int value) -> word(out, 1, value);
      case UInt(int value) -> word(out, 2, value);
      case LLong(long value) -> hyper(out, 3, value);
      case ULLong(long value) -> hyper(out, 4, value);
      case DoubleBits(long bits) -> hyper(out, 5, bits);
      case Bool(int value) -> word(out, 6, value);
      case Text(String value) -> {
        out.int32(7);
        out.string(value);
      }
    }
  }

  private static void word(XdrWriter out, int type, int value) {
    out.int32(type);
    out.int32(value);
  }

  private static void hyper(XdrWriter out, int type, long value) {
    out.int32(type);
    out.int64(value);
  }
}
