package io.novacron.dwcp.relay;

import java.util.Set;

/** The programs that speak libvirt's RPC. Anything else on a connection is no libvirt RPC. */
final class RpcPrograms {
  static final int REMOTE = 0x20008086;
  static final int QEMU = 0x20008087;
  static final int LXC = 0x20008088;
  static final int ADMIN = 0x06900690;
  static final int KEEPALIVE = 0x6b656570;

  private static final Set<Integer> KNOWN = Set.of(REMOTE, QEMU, LXC, ADMIN, KEEPALIVE);

  private RpcPrograms() {}

  static boolean isKnown(int program) {
    return KNOWN.contains(program);
  }
}
