package io.novacron.dwcp.daemon;

import io.novacron.dwcp.config.DaemonConfig.LimitConfig;
import io.novacron.dwcp.congestion.RateLimit;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.LimitReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The limits on what this host sends: as configured, and as changed since. Any thread. */
final class SendingLimits {
  private static final Logger LOG = LoggerFactory.getLogger(SendingLimits.class);

  private final LimitConfig configured;
  private final LongSupplier nanoClock;
  private final RateLimit host;
  private final Map<String, RateLimit> peers;

  /**
   * @param peerNames of all peers, with a limit or without
   * @param nanoClock that of the sessions that send under these limits
   */
  SendingLimits(LimitConfig configured, Collection<String> peerNames, LongSupplier nanoClock) {
    this.configured = configured;
    this.nanoClock = nanoClock;
    this.host = new RateLimit(configured.hostBytesPerSecond(), nanoClock.getAsLong());
    Map<String, RateLimit> byName = new TreeMap<>();
    for (String name : peerNames) {
      byName.put(name, new RateLimit(configured.ofPeer(name), nanoClock.getAsLong()));
    }
    this.peers = Collections.unmodifiableMap(byName);
  }

  /** What sessions to the peer are under. */
  SendLimits of(String peerName) {
    RateLimit peer = peers.get(peerName);
    if (peer == null) {
      throw new IllegalArgumentException("no peer is named " + peerName);
    }
    return new SendLimits(peer, host);
  }

  /** Changes a limit until the daemon ends; sessions that run follow at once. */
  void change(String name, long bytesPerSecond) throws ControlException {
    RateLimit limit = name.equals(LimitConfig.HOST) ? host : peers.get(name);
    if (limit == null) {
      throw new ControlException(
          "no peer is named \""
              + name
              + "\"; "
              + (peers.isEmpty()
                  ? "there are none"
                  : "known are " + String.join(", ", peers.keySet()))
              + "; \"host\" is for all");
    }
    try {
      limit.change(bytesPerSecond, nanoClock.getAsLong());
    } catch (IllegalArgumentException noRate) {
      throw new ControlException("no such rate: " + noRate.getMessage());
    }
    LOG.info(
        "limit of {} is {} from now on",
        name,
        bytesPerSecond == RateLimit.NONE ? "none" : bytesPerSecond + " bytes per second");
  }

  /** Bytes per second of the limits that are in force, by name. */
  Map<String, Long> inForce() {
    Map<String, Long> limits = new LinkedHashMap<>();
    all()
        .forEach((name, limit) -> {
          Long bytesPerSecond = rate(limit.bytesPerSecond());
          if (bytesPerSecond != null) {
            limits.put(name, bytesPerSecond);
          }
        });
    return limits;
  }

  private Map<String, RateLimit> all() {
    Map<String, RateLimit> all = new LinkedHashMap<>();
    all.put(LimitConfig.HOST, host);
    all.putAll(peers);
    return all;
  }

  /** Lets time pass, so that a rate can be seen. */
  @FunctionalInterface
  interface Pause {
    void pass();
  }

  /** All limits, and what is sent during a pause. */
  List<LimitReport> report(Pause pause) {
    Map<String, Long> before = new LinkedHashMap<>();
    all().forEach((name, limit) -> before.put(name, limit.sentBytes()));
    long since = nanoClock.getAsLong();
    pause.pass();
    double seconds = (double) Math.max(1, nanoClock.getAsLong() - since) / 1e9;
    List<LimitReport> reports = new ArrayList<>();
    all()
        .forEach((name, limit) -> {
          long sentBytes = limit.sentBytes();
          double rate = (double) (sentBytes - before.getOrDefault(name, sentBytes)) / seconds;
          reports.add(
              new LimitReport(
                  name,
                  rate(limit.bytesPerSecond()),
                  rate(configured(name)),
                  (long) rate,
                  sentBytes));
        });
    return reports;
  }

  private long configured(String name) {
    return name.equals(LimitConfig.HOST)
        ? configured.hostBytesPerSecond()
        : configured.ofPeer(name);
  }

  private static @Nullable Long rate(long bytesPerSecond) {
    return bytesPerSecond == RateLimit.NONE ? null : Long.valueOf(bytesPerSecond);
  }
}
