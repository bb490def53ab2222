package io.novacron.dwcp.session;

import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameEncoder;
import java.util.function.LongSupplier;

/** Pings the streams of a session and closes the silent ones. */
final class Liveness {
  private Liveness() {}

  static void tick(SessionCore core, LongSupplier nanoClock) {
    for (StreamLink link : core.watch().silent()) {
      link.close("silent for more than 5 s");
    }
    for (StreamLink link : core.watch().dueForPing()) {
      Frame ping = new Frame.Ping(nanoClock.getAsLong());
      link.send(OutboundFrame.unsequenced(FrameEncoder.encode(ping)));
    }
  }
}
