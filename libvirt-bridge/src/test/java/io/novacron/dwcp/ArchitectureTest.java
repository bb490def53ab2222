package io.novacron.dwcp;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may know whom. This module's tests see the classes of all modules. */
class ArchitectureTest {
  private static final String ROOT = "io.novacron.dwcp.";

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.novacron.dwcp");

  /** Package, and the other packages of ours that it may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("plugin", Set.of()),
          Map.entry("kernels", Set.of()),
          Map.entry("page", Set.of()),
          Map.entry("qemustream", Set.of("page")),
          Map.entry("nbd", Set.of("page")),
          Map.entry("fallback", Set.of("page")),
          Map.entry("encoding", Set.of("page", "plugin", "kernels")),
          Map.entry("baseline", Set.of("page", "plugin", "encoding", "kernels")),
          Map.entry("image", Set.of("page", "encoding", "kernels")),
          Map.entry("wire", Set.of()),
          Map.entry("congestion", Set.of()),
          Map.entry("streams", Set.of("wire", "congestion")),
          Map.entry("session", belowSession()),
          Map.entry("tls", Set.of()),
          Map.entry("netty", with(with(belowSession(), "session"), "tls")),
          Map.entry("relay", Set.of()),
          Map.entry("libvirt", Set.of()),
          Map.entry("history", Set.of("plugin")));

  static final Set<Map.Entry<String, Set<String>>> DIRECTIONS = MAY_USE.entrySet();

  /** Bytes and times in, actions out: tested with plain values. */
  static final List<String> PURE =
      List.of(
          "page",
          "qemustream",
          "nbd",
          "encoding",
          "wire",
          "streams",
          "congestion",
          "session",
          "fallback",
          "relay");

  @ParameterizedTest
  @FieldSource("DIRECTIONS")
  void packageUsesOnlyThoseBelowIt(Map.Entry<String, Set<String>> direction) {
    String[] known =
        Stream.concat(Stream.of(direction.getKey()), direction.getValue().stream())
            .map(ArchitectureTest::inside)
            .toArray(String[]::new);
    noClasses()
        .that(resideInAPackage(inside(direction.getKey())))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + ".").and(not(resideInAnyPackage(known))))
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(OURS);
  }

  @ParameterizedTest
  @FieldSource("PURE")
  void corePackageSeesNoSocketNoClockAndNoLogger(String name) {
    noFrameworksIn(inside(name)).check(OURS);
    noClockIn(inside(name)).check(OURS);
  }

  @Test
  void pluginApiUsesNothingButTheJdk() {
    classes()
        .that(resideInAPackage(inside("plugin")))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(inside("plugin"), "java..", "org.jspecify.annotations.."))
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void commandLoadsNeitherNettyNorGuiceNorTheTransport() {
    noClasses()
        .that(resideInAPackage(inside("cli")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.netty..",
                "com.google.inject..",
                inside("netty"),
                inside("session"),
                inside("daemon")))
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void guiceAppearsOnlyInModulesAndInTheDaemonsMainClass() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.(\\w+Module|DwcpDaemon)(\\$.*)?")
        .should()
        .dependOnClassesThat(resideInAPackage("com.google.inject.."))
        .check(OURS);
  }

  @Test
  void handlerNamesAreKeptForNettyHandlers() {
    classes()
        .that()
        .haveSimpleNameEndingWith("Handler")
        .should()
        .beAssignableTo("io.netty.channel.ChannelHandler")
        .allowEmptyShould(true)
        .check(OURS);
  }

  /** The rules bite: this class does what they forbid, from a package that they know. */
  @Test
  void breachIsSeen() {
    JavaClasses breach = new ClassFileImporter().importClasses(Breach.class);
    String here = "io.novacron.dwcp";
    assertThrows(AssertionError.class, () -> noClockIn(here).check(breach));
    assertThrows(AssertionError.class, () -> noFrameworksIn(here).check(breach));
    assertTrue(OURS.stream().map(JavaClass::getPackageName).anyMatch((ROOT + "page")::equals));
    assertTrue(OURS.stream().map(JavaClass::getPackageName).anyMatch((ROOT + "relay")::equals));
  }

  /** Never run. */
  static final class Breach {
    static final org.slf4j.event.Level LEVEL = org.slf4j.event.Level.INFO;

    static long nanos() {
      return System.nanoTime();
    }
  }

  private static ArchRule noFrameworksIn(String packages) {
    return noClasses()
        .that(resideInAPackage(packages))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.netty..",
                "com.google.inject..",
                "jakarta.inject..",
                "com.sun.jna..",
                "org.slf4j..",
                "java.nio.channels.."))
        .allowEmptyShould(true);
  }

  private static ArchRule noClockIn(String packages) {
    return noClasses()
        .that(resideInAPackage(packages))
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .allowEmptyShould(true);
  }

  private static Set<String> belowSession() {
    return Set.of(
        "plugin",
        "kernels",
        "page",
        "qemustream",
        "nbd",
        "fallback",
        "encoding",
        "wire",
        "congestion",
        "streams");
  }

  private static Set<String> with(Set<String> names, String name) {
    return Stream.concat(names.stream(), Stream.of(name)).collect(toUnmodifiableSet());
  }

  private static String inside(String name) {
    return ROOT + name + "..";
  }
}
