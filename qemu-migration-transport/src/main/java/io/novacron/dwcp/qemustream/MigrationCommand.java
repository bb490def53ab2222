package io.novacron.dwcp.qemustream;

/**
 * The numbers of the COMMAND sections that a parser must tell apart (QEMU 10.0 migration/savevm.c).
 */
final class MigrationCommand {
  static final int POSTCOPY_LISTEN = 4;
  static final int POSTCOPY_RUN = 5;

  /** First of what is sent with the guest stopped, when it goes on in post-copy. */
  static final int POSTCOPY_RAM_DISCARD = 6;

  /** Its 4 bytes are the length of a stream of commands and device state that follows them. */
  static final int PACKAGED = 7;

  /** Since 10.0. */
  static final int SWITCHOVER_START = 11;

  /** Above: not a command that any known QEMU sends (13 are defined in 10.0). */
  static final int MAX = 31;

  private MigrationCommand() {}
}
