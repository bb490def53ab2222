package io.novacron.dwcp.kernels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Runs tests/test_kernels.c, which the build compiled with AddressSanitizer and UBSan. */
class CKernelsTest {

  static final Path SANITIZED = Path.of("target", "sanitized");
  static final Path LIBRARY = Path.of("target", "cmake", "libdwcp.so");

  @Test
  void holdUnderAddressAndUndefinedBehaviourSanitizers() throws IOException, InterruptedException {
    Path skipped = SANITIZED.resolve("skipped");
    if (Files.exists(skipped)) {
      Assumptions.abort("C tests skipped: " + Files.readString(skipped).strip());
    }
    String seed = Long.toUnsignedString(System.nanoTime());
    Process process =
        new ProcessBuilder(SANITIZED.resolve("dwcp-kernels-test").toString(), seed)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("variant scalar: all hold"), output);
    assertTrue(output.contains("sha256 scalar: all hold"), output);
  }
}
