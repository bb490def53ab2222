package io.novacron.dwcp.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A parameter list in the caller's order; a name may repeat ({@code migrate_disks} does). */
public record TypedParameters(List<TypedParameter> list) {
  public TypedParameters {
    list = List.copyOf(list);
  }

  static TypedParameters read(XdrReader in) throws RpcException {
    int count = in.count(RpcLimits.MAX_PARAMETERS);
    List<TypedParameter> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(TypedParameter.read(in));
    }
    return new TypedParameters(list);
  }

  void write(XdrWriter out) {
    out.int32(list.size());
    list.forEach(parameter -> parameter.write(out));
  }

  /** The first string of that name, as libvirt's own look-up takes the first. */
  public Optional<String> text(String name) {
    return list.stream()
        .filter(parameter -> parameter.name().equals(name))
        .flatMap(parameter ->
            parameter.value() instanceof TypedValue.Text(String value)
                ? Stream.of(value)
                : Stream.empty())
        .findFirst();
  }

  TypedParameters without(String name) {
    return new TypedParameters(
        list.stream().filter(parameter -> !parameter.name().equals(name)).toList());
  }

  /** All of that name replaced by one string, in the place of the first, else at the end. */
  TypedParameters with(String name, String text) {
    List<TypedParameter> changed = new ArrayList<>();
    boolean placed = false;
    for (TypedParameter parameter : list) {
      if (!parameter.name().equals(name)) {
        changed.add(parameter);
      } else if (!placed) {
        changed.add(TypedParameter.text(name, text));
        placed = true;
      }
    }
    if (!placed) {
      changed.add(TypedParameter.text(name, text));
    }
    return new TypedParameters(changed);
  }
}
