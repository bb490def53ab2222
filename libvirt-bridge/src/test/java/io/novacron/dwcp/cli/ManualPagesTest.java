package io.novacron.dwcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.daemon.DaemonArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The manual and the completion know every subcommand, option and exit code of the programs. */
class ManualPagesTest {

  private static final Path PACKAGING = Path.of("../packaging");

  @Test
  void describesEverySubcommandAndOptionOfDwcp() throws IOException {
    String manual = manual("dwcp.1");
    CommandLine dwcp = DwcpCommand.commandLine();
    assertFalse(dwcp.getSubcommands().isEmpty());
    assertSubcommands(manual, dwcp, "");
  }

  private static void assertSubcommands(String manual, CommandLine parent, String path) {
    assertOptions(manual, parent);
    parent
        .getSubcommands()
        .forEach((name, command) -> {
          assertTrue(manual.contains(".B " + path + name + "\n"), path + name);
          assertSubcommands(manual, command, path + name + " ");
        });
  }

  private static void assertOptions(String manual, CommandLine command) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      assertTrue(manual.contains(option.longestName()), option.longestName());
    }
  }

  @Test
  void describesEveryOptionOfDwcpd() throws IOException {
    String manual = manual("dwcpd.8");
    var option = Pattern.compile("--[a-z-]+").matcher(DaemonArguments.USAGE);
    assertTrue(option.find());
    do {
      assertTrue(manual.contains(option.group()), option.group());
    } while (option.find());
  }

  @Test
  void listsExitCodes() throws IOException {
    for (String page : List.of("dwcp.1", "dwcpd.8")) {
      String manual = manual(page);
      String exits = manual.substring(manual.indexOf(".SH EXIT STATUS"));
      for (String code : List.of("0", "1", "2")) {
        assertTrue(exits.contains(".B " + code + "\n"), page + " " + code);
      }
    }
  }

  /** After a change of the command, the text to copy is in {@code target/dwcp.bash}. */
  @Test
  void completesWhatTheCommandKnows() throws IOException {
    String generated = AutoComplete.bash("dwcp", DwcpCommand.commandLine());
    Files.writeString(Path.of("target/dwcp.bash"), generated);
    assertEquals(
        withoutDate(generated), withoutDate(Files.readString(PACKAGING.resolve("etc/dwcp.bash"))));
  }

  private static String withoutDate(String script) {
    return script.replaceAll("(?m)^# (Date|Version): .*$|^## generated .*$", "");
  }

  private static String manual(String page) throws IOException {
    return Files.readString(PACKAGING.resolve("man").resolve(page)).replace("\\-", "-");
  }
}
