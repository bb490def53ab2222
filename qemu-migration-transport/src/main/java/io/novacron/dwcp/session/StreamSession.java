package io.novacron.dwcp.session;

import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.WireException;

/** What a stream tells the session that it belongs to. Session thread only. */
public interface StreamSession {
  /** The handshake of this stream is done. */
  void streamUp(StreamLink link);

  /** The stream is closed; harmless when repeated. */
  void streamDown(StreamLink link);

  /** Bytes came on the stream, perhaps less than a frame: it lives. */
  void heard(StreamLink link);

  /**
   * A whole, checked frame; owns the payload of DATA.
   *
   * @throws WireException when the peer broke the protocol: the stream must be closed
   */
  void frame(StreamLink link, Frame frame) throws WireException;

  /** The stream can send again. */
  void writable();

  /** To be called several times a second: pings, silence, budgets. */
  void tick();
}
