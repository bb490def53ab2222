package io.novacron.dwcp.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** One fault in one phase, and what becomes of the migration. */
record FaultCell(Phase phase, Fault fault) {
  enum Expected {
    /** The guest runs at the destination, and libvirt says so. */
    COMPLETES,
    /** The migration fails, and the guest runs on at the source. */
    STAYS,
    /** One of the two; or it runs at the destination, and libvirt lost the word of it. */
    EITHER
  }

  private static final Set<Fault> KILLS = Set.of(Fault.KILL_SOURCE, Fault.KILL_DESTINATION);
  private static final Set<Fault> DEAD_AIR =
      Set.of(Fault.CUT, Fault.SOURCE_UNHEARD, Fault.DESTINATION_UNHEARD, Fault.CUT_TOO_LONG);

  Expected expected() {
    if (phase == Phase.AFTER) {
      return Expected.COMPLETES;
    }
    if (KILLS.contains(fault)) {
      boolean mayBeHandedOver = phase == Phase.FINISH || phase == Phase.SWITCHOVER;
      return mayBeHandedOver ? Expected.EITHER : Expected.STAYS;
    }
    boolean isTooLong =
        fault == Fault.CUT_TOO_LONG || (phase == Phase.SWITCHOVER && DEAD_AIR.contains(fault));
    return phase != Phase.FINISH && isTooLong ? Expected.STAYS : Expected.COMPLETES;
  }

  /** The source's daemon takes libvirt's connection with it; see RELAY.md. */
  private boolean isCovered() {
    return phase != Phase.FINISH || fault != Fault.KILL_SOURCE;
  }

  /** Those where most is at stake. */
  static Stream<FaultCell> few() {
    return Stream.of(
        new FaultCell(Phase.FINISH, Fault.CUT),
        new FaultCell(Phase.FINISH, Fault.KILL_DESTINATION),
        new FaultCell(Phase.SWITCHOVER, Fault.CUT),
        new FaultCell(Phase.LATER_ROUND, Fault.RESET_SOME));
  }

  static Stream<FaultCell> all() {
    List<FaultCell> all = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      for (Fault fault : Fault.values()) {
        all.add(new FaultCell(phase, fault));
      }
    }
    return all.stream().filter(FaultCell::isCovered);
  }

  /** What it is when the guest was handed over before the fault struck. */
  FaultCell pastSwitchover() {
    return phase == Phase.SWITCHOVER ? new FaultCell(Phase.FINISH, fault) : this;
  }

  /** What it is when QEMU stopped the guest while the fault lasted: what is left was little. */
  FaultCell inSwitchover() {
    return phase == Phase.LATER_ROUND ? new FaultCell(Phase.SWITCHOVER, fault) : this;
  }

  /** Of the table. */
  String row(boolean succeeded, boolean isMoved, double seconds, double gapSeconds, String why) {
    return "| %s | %s | %s | %s | %.1f | %.1f | %s |"
        .formatted(
            words(phase),
            words(fault),
            succeeded ? "completes" : "fails",
            isMoved ? "destination" : "source",
            seconds,
            gapSeconds,
            succeeded ? "" : why);
  }

  private static String words(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  @Override
  public String toString() {
    return phase + " " + fault;
  }
}
