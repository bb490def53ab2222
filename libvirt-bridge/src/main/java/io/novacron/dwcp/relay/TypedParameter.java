package io.novacron.dwcp.relay;

/** One named value of a call's parameter list ({@code remote_typed_param}). */
public record TypedParameter(String name, TypedValue value) {
  static TypedParameter text(String name, String value) {
    return new TypedParameter(name, new TypedValue.Text(value));
  }

  static TypedParameter read(XdrReader in) throws RpcException {
    String name = in.string();
    return new TypedParameter(name, TypedValue.read(in));
  }

  void write(XdrWriter out) {
    out.string(name);
    value.write(out);
  }
}
