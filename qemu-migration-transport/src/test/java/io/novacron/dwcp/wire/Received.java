package io.novacron.dwcp.wire;

import java.util.ArrayList;
import java.util.List;

/** Notes frames as text and gives the payload of DATA back at once. */
final class Received implements FrameDecoder.FrameSink {
  private final List<String> notations = new ArrayList<>();

  @Override
  public void frame(Frame frame) {
    notations.add(FrameNotation.of(frame));
    if (frame instanceof Frame.Data data) {
      data.payload().release();
    }
  }

  List<String> notations() {
    return notations;
  }
}
