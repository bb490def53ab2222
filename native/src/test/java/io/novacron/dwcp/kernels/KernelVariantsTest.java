package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class KernelVariantsTest {

  @Test
  void choosesJavaAndKeepsTheReasonWhenTheLibraryDoesNotLoad() {
    KernelVariants variants =
        KernelVariants.firstOf(
            List.of(
                new KernelVariants.Candidate(
                    "native",
                    () -> {
                      throw new UnsatisfiedLinkError("no such file");
                    })));
    assertEquals("java", variants.chosen().variant());
    assertEquals("native", variants.refused().getFirst().variant());
    assertEquals("no such file", variants.refused().getFirst().reason());
  }

  @Test
  void choosesTheFirstThatLoads() {
    PageKernels first = new JavaPageKernels();
    KernelVariants variants =
        KernelVariants.firstOf(List.of(new KernelVariants.Candidate("first", () -> first)));
    assertEquals(first, variants.chosen());
    assertTrue(variants.refused().isEmpty());
  }

  @Test
  void choosesTheLibraryThatThisBuildMade() {
    Path reason = CKernelsTest.SANITIZED.resolve("skipped");
    Assumptions.assumeFalse(
        Files.exists(reason) && !Files.exists(CKernelsTest.LIBRARY), "libdwcp was not built here");
    KernelVariants variants = KernelVariants.load();
    assertInstanceOf(NativePageKernels.class, variants.chosen(), variants.refused()::toString);
    assertTrue(variants.chosen().variant().startsWith("native "), variants.chosen().variant());
  }
}
