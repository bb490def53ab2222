package io.novacron.dwcp.lab;

import java.time.Duration;

/** What goes wrong, and how long it lasts before the link is restored. */
enum Fault {
  /** Nothing passes for 8 s. */
  CUT {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "cut");
    }
  },
  /** Nothing that the source sends passes for 8 s. */
  SOURCE_UNHEARD {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "cut", migration.source().letter());
    }
  },
  /** Nothing that the destination sends passes for 8 s. */
  DESTINATION_UNHEARD {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "cut", migration.source().other().letter());
    }
  },
  /** The round trip grows to 600 ms and stays so until the end. */
  DELAY {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "set", "delay=300ms");
    }
  },
  /** One stream carries nothing any more. */
  STALL_ONE {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "stall", "1");
    }
  },
  /** Three of eight streams are reset each second until the end. */
  RESET_SOME {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      for (int second = 0; second == 0 || (migration.runs() && second < 60); second++) {
        lab.run("wan", "reset", "3");
        Await.pause(Duration.ofSeconds(1));
      }
    }
  },
  /** The source's end of each connection is reset; the destination never learns of it. */
  HALF_OPEN {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "half-open", migration.source().letter(), "32");
    }
  },
  /** A box on the way forgets all connections; new ones work. */
  FORGET {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "forget");
    }
  },
  /** The destination gets another address, to which its name resolves from then on. */
  MOVE {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "move", migration.source().other().letter());
    }
  },
  KILL_SOURCE {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.killDaemon(migration.source());
      lab.startDaemon(migration.source());
    }
  },
  KILL_DESTINATION {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.killDaemon(migration.source().other());
      lab.startDaemon(migration.source().other());
    }
  },
  /** Nothing passes for 66 s: longer than the outage budget. */
  CUT_TOO_LONG {
    @Override
    void strike(Lab lab, Guest.Migration migration) {
      lab.run("wan", "cut");
    }
  };

  private static final Duration SHORT = Duration.ofSeconds(8);
  private static final Duration BEYOND_BUDGET = Duration.ofSeconds(66);

  /** Begins it. */
  abstract void strike(Lab lab, Guest.Migration migration);

  Duration lasts() {
    return switch (this) {
      case CUT, SOURCE_UNHEARD, DESTINATION_UNHEARD -> SHORT;
      case CUT_TOO_LONG -> BEYOND_BUDGET;
      case DELAY, STALL_ONE, RESET_SOME, HALF_OPEN, FORGET, MOVE -> Duration.ZERO;
      case KILL_SOURCE, KILL_DESTINATION -> Duration.ZERO;
    };
  }
}
