package io.novacron.dwcp.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SystemdNotifyTest {

  @TempDir Path directory;

  @Test
  void sendsStatesToFileSocket() throws Exception {
    String socket = directory.resolve("notify").toString();
    receive(socket, socket);
  }

  @Test
  void sendsStatesToAbstractSocket() throws Exception {
    String name = "dwcp-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    receive("\0" + name, "@" + name);
  }

  private static void receive(String bound, String announced) throws Exception {
    var loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    try {
      Channel manager =
          new Bootstrap()
              .group(loop)
              .channel(EpollDomainDatagramChannel.class)
              .handler(new Collector(received))
              .bind(new DomainSocketAddress(bound))
              .sync()
              .channel();
      SystemdNotify notify = SystemdNotify.of(Map.of("NOTIFY_SOCKET", announced), 1);
      assertTrue(notify.wanted());
      notify.ready("3 peers\nno more");
      notify.alive();
      notify.stopping("as asked");
      assertEquals("READY=1\nSTATUS=3 peers no more", received.poll(30, TimeUnit.SECONDS));
      assertEquals("WATCHDOG=1", received.poll(30, TimeUnit.SECONDS));
      assertEquals("STOPPING=1\nSTATUS=as asked", received.poll(30, TimeUnit.SECONDS));
      manager.close().sync();
    } finally {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  void doesNothingWithoutManager() throws IOException {
    SystemdNotify notify = SystemdNotify.of(Map.of(), 1);
    assertFalse(notify.wanted());
    notify.ready("");
    notify.stopping("");
  }

  @Test
  void reportsManagerThatIsGone() {
    String socket = directory.resolve("gone").toString();
    SystemdNotify notify = SystemdNotify.of(Map.of("NOTIFY_SOCKET", socket), 1);
    var failed = assertThrows(IOException.class, () -> notify.ready(""));
    assertTrue(
        failed.getMessage().startsWith("no datagram to NOTIFY_SOCKET " + socket + ": "),
        failed.getMessage());
  }

  @Test
  void refusesSocketOfUnknownKind() {
    for (String unknown : new String[] {"vsock:2:1", "@", "/", "/" + "x".repeat(107)}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> SystemdNotify.of(Map.of("NOTIFY_SOCKET", unknown), 1),
          unknown);
    }
  }

  @Test
  void takesHalfOfTheWatchdogsTimeWhenItIsMeantForThisProcess() {
    assertEquals(Optional.of(Duration.ofSeconds(15)), watchdog("30000000", "7"));
    assertEquals(Optional.empty(), watchdog("30000000", "8"));
    assertEquals(Optional.empty(), watchdog("0", "7"));
    assertEquals(Optional.empty(), watchdog("soon", "7"));
  }

  private static Optional<Duration> watchdog(String micros, String forPid) {
    return SystemdNotify.of(
            Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", micros, "WATCHDOG_PID", forPid), 7)
        .watchdogPeriod();
  }

  private static final class Collector extends SimpleChannelInboundHandler<DomainDatagramPacket> {
    private final BlockingQueue<String> received;

    Collector(BlockingQueue<String> received) {
      this.received = received;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
      received.add(packet.content().toString(UTF_8));
    }
  }
}
