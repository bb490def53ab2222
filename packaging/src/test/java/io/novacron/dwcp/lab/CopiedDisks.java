package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The images of a guest whose disks were copied with it. */
final class CopiedDisks {
  static final String IMAGES = "/var/lib/libvirt/images/";

  private CopiedDisks() {}

  /** Destroys the guest: QEMU writes out what it holds, then the images must be equal. */
  static void assertArrivedPausedWithEqualOnes(Lab lab, Guest guest, Host host, int disks) {
    assertEquals("paused", guest.state(host));
    assertEquals("", guest.state(host.other()));
    lab.on(host, "virsh", "-q", "destroy", guest.name());
    for (int number = 1; number <= disks; number++) {
      String image = guest.name() + "-" + number + ".qcow2";
      Path copy = images(lab, Host.B).resolve("compared.qcow2");
      try {
        Files.copy(images(lab, Host.A).resolve(image), copy);
        lab.on(Host.B, "qemu-img", "compare", IMAGES + image, IMAGES + "compared.qcow2");
        Files.delete(copy);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    guest.stop();
  }

  private static Path images(Lab lab, Host host) {
    return lab.directory().resolve(host.letter()).resolve("images");
  }
}
