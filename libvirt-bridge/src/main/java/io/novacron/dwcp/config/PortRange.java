package io.novacron.dwcp.config;

/** The TCP ports from {@code first} to {@code last}, both included. */
public record PortRange(int first, int last) {

  /**
   * The ports that libvirt hands to incoming migrations. It tests one by binding the wildcard
   * address, so a listener of ours on any address of such a port makes it look taken
   * (migration_port_min and migration_port_max in libvirt's qemu.conf).
   */
  public static final PortRange LIBVIRT = new PortRange(49_152, 49_215);

  /** One migration takes a port for memory and one for disks. */
  static final int LEAST_PORTS = 2;

  /** Below are the ports that only root binds and that well-known daemons own. */
  private static final int LOWEST_PORT = 1_024;

  private static final int HIGHEST_PORT = 65_535;

  /** Says whether the port lies in the range. */
  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  /** How many ports the range holds. */
  public int count() {
    return last - first + 1;
  }

  boolean overlaps(PortRange other) {
    return first <= other.last && other.first <= last;
  }

  void check() throws RefusedValueException {
    if (first < LOWEST_PORT || last > HIGHEST_PORT || count() < LEAST_PORTS) {
      throw new RefusedValueException("\"" + this + "\" is no such range");
    }
    if (overlaps(LIBVIRT)) {
      throw new RefusedValueException(
          "\"" + this + "\" overlaps " + LIBVIRT + ", where libvirt puts incoming migrations");
    }
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
