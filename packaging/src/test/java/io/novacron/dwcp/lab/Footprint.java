package io.novacron.dwcp.lab;

import java.util.Set;
import java.util.TreeSet;

/**
 * What a daemon holds at one moment.
 *
 * @param listeningPorts TCP ports at which it listens, its own and those of running migrations
 * @param runtimeFiles the names in {@code /run/dwcp}
 */
record Footprint(
    long residentKib, int descriptors, Set<Integer> listeningPorts, Set<String> runtimeFiles) {
  static Footprint of(Lab lab, Host host) {
    String process = "/proc/" + lab.on(host, "cat", "/run/dwcpd.pid").strip();
    String resident = lab.on(host, "grep", "VmRSS", process + "/status");
    Set<Integer> ports = new TreeSet<>();
    for (String line : lab.on(host, "ss", "-Hltnp").lines().toList()) {
      if (line.contains("\"java\"")) {
        String address = line.split(" +", -1)[3];
        ports.add(Integer.valueOf(address.substring(address.lastIndexOf(':') + 1)));
      }
    }
    return new Footprint(
        Long.parseLong(resident.replaceAll("\\D", "")),
        (int) lab.on(host, "ls", process + "/fd").lines().count(),
        ports,
        new TreeSet<>(lab.on(host, "ls", "/run/dwcp").lines().toList()));
  }
}
