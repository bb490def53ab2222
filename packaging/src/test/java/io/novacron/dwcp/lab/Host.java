package io.novacron.dwcp.lab;

import java.util.Locale;

/** One of the lab's two hosts. */
enum Host {
  A,
  B;

  /** As the lab's command line takes it. */
  String letter() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As the hosts call each other, and as the peers are configured. */
  String hostName() {
    return "host-" + letter();
  }

  Host other() {
    return this == A ? B : A;
  }

  /** The one URI of the product: this host, reached through the daemon of the other. */
  String uri() {
    return "qemu+unix:///system?socket=/run/dwcp/" + hostName() + ".sock";
  }
}
