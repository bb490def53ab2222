package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code qemu+ssh}: the system's ssh runs {@code virt-ssh-helper} over there, which joins its
 * standard input and output to the libvirt socket (since libvirt 6.8, virt-ssh-helper(8)).
 */
final class SshRoute {
  private final String program;

  /**
   * @param program the ssh to run; a bare name is looked for in the path
   */
  SshRoute(String program) {
    this.program = program;
  }

  /**
   * Starts ssh. Whether it gets through shows only later: a refusal ends the connection, and what
   * ssh said about it is in the log. Waits for the event loop, so not on one.
   *
   * @param user empty for ssh's own choice
   * @param port 0 for ssh's own choice
   */
  ProcessSocket open(String user, String host, int port, EventLoop loop) throws IOException {
    ProcessBuilder ssh = new ProcessBuilder(command(user, host, port));
    return ProcessSocket.start(ssh, "ssh to " + host, loop);
  }

  /**
   * No terminal, no escape character, no question to anybody; what follows {@code --} is no option.
   */
  List<String> command(String user, String host, int port) {
    List<String> command =
        new ArrayList<>(
            List.of(program, "-T", "-e", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"));
    if (port != 0) {
      command.addAll(List.of("-p", Integer.toString(port)));
    }
    if (!user.isEmpty()) {
      command.addAll(List.of("-l", user));
    }
    command.addAll(List.of("--", host, "virt-ssh-helper", "qemu:///system"));
    return List.copyOf(command);
  }
}
