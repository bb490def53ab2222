package io.novacron.dwcp.netty;

import io.netty.channel.Channel;
import java.util.Optional;

/**
 * How daemons know each other on the connections between them. What it puts into a pipeline tells
 * those behind it that the channel is active once the other end has proved who it is.
 */
public interface StreamSecurity {
  /** Comes first into the pipeline of a connection to a peer; on its event loop. */
  void dialling(Channel channel, String peerName);

  /** Comes first into the pipeline of a connection that was accepted; on its event loop. */
  void accepting(Channel channel);

  /**
   * What speaks against the other end of an active channel; empty: nothing.
   *
   * @param hostName what it calls itself
   */
  Optional<String> objection(Channel channel, String hostName);

  /**
   * The same between this host and itself, whatever its certificates say: for the {@link
   * Rehearsal}, which shall load and compile what the first migration needs.
   */
  StreamSecurity withItself();

  /** Nobody proves anything: whoever reaches the port is believed. */
  static StreamSecurity none() {
    return new StreamSecurity() {
      @Override
      public void dialling(Channel channel, String peerName) {}

      @Override
      public void accepting(Channel channel) {}

      @Override
      public Optional<String> objection(Channel channel, String hostName) {
        return Optional.empty();
      }

      @Override
      public StreamSecurity withItself() {
        return this;
      }
    };
  }
}
