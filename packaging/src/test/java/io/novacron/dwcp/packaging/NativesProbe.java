package io.novacron.dwcp.packaging;

import com.github.luben.zstd.Zstd;
import com.sun.jna.Native;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import io.novacron.dwcp.kernels.KernelVariants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Loads every native library that there is, then prints the path of each library that is mapped.
 */
final class NativesProbe {
  private NativesProbe() {}

  @SuppressWarnings("SystemOut") // the test that starts this program reads it
  public static void main(String[] args) throws IOException {
    Epoll.ensureAvailability();
    OpenSsl.ensureAvailability();
    if (Zstd.compress(new byte[4096]).length >= 4096 || Native.POINTER_SIZE != Long.BYTES) {
      throw new IllegalStateException("a library is loaded but does not work");
    }
    KernelVariants.load();
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      maps.filter(line -> line.endsWith(".so"))
          .map(line -> line.substring(line.indexOf('/')))
          .distinct()
          .forEach(System.out::println);
    }
  }
}
