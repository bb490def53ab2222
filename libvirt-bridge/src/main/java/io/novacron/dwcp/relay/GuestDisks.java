package io.novacron.dwcp.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the XML of a guest says of its disks. */
final class GuestDisks {
  /** More than any machine type has places for. */
  private static final int MOST_DISKS = 256;

  private GuestDisks() {}

  /**
   * The paths of the files that QEMU is told to use as qcow2, in the order of the XML. Anything
   * else is left out: in a file of another format the guest itself may have written what looks like
   * one.
   */
  static List<String> qcow2Files(String domainXml) throws RpcException {
    RootChildren domain = RootChildren.of(domainXml);
    Optional<RootChildren.Child> devices = domain.first("devices");
    if (devices.isEmpty()) {
      return List.of();
    }
    List<String> files = new ArrayList<>();
    RootChildren inside = domain.inside(devices.get());
    for (RootChildren.Child each : inside.all("disk")) {
      if (files.size() < MOST_DISKS && isDiskInFile(inside, each)) {
        RootChildren disk = inside.inside(each);
        boolean isQcow2 = attribute(disk, "driver", "type").filter("qcow2"::equals).isPresent();
        attribute(disk, "source", "file").filter(path -> isQcow2).ifPresent(files::add);
      }
    }
    return List.copyOf(files);
  }

  private static boolean isDiskInFile(RootChildren devices, RootChildren.Child disk) {
    boolean isFile = devices.text(disk, "type").filter("file"::equals).isPresent();
    return isFile && devices.text(disk, "device").orElse("disk").equals("disk");
  }

  private static Optional<String> attribute(RootChildren disk, String element, String name) {
    return disk.first(element).flatMap(child -> disk.text(child, name));
  }
}
