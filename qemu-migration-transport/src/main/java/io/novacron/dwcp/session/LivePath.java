package io.novacron.dwcp.session;

/** The way to the other daemon as it is now. On the session's thread. */
public interface LivePath {
  /** Streams of the session that live. */
  int liveStreams();

  /** The least round trip of any ping; {@link Long#MAX_VALUE} before the first. */
  long minRttNanos();
}
