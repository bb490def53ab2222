package io.novacron.dwcp.netty;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.encoding.Batch;
import io.novacron.dwcp.encoding.BatchBuilder;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.qemustream.MigrationStreamParser;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RehearsalTest {
  private static final long SECOND_NANOS = 1_000_000_000L;

  static TransportSettings settings() {
    SessionSettings session = new SessionSettings(4 << 20, 2 * SECOND_NANOS, SECOND_NANOS);
    return new TransportSettings(
        "host-a",
        1,
        ProtocolVersions.SPOKEN,
        StreamBounds.fixed(2),
        "bbr",
        2,
        64L << 20,
        0,
        5000,
        5000,
        SECOND_NANOS,
        session);
  }

  @Test
  void bringsEachGuestToItsDestinationWhole() {
    assertDoesNotThrow(
        () -> new Rehearsal(settings(), new JavaPageKernels(), StreamSecurity.none()).play());
  }

  @Test
  void leavesNoPortOpen() throws Exception {
    int entry;
    try (RehearsalStage stage =
        new RehearsalStage(settings(), new JavaPageKernels(), StreamSecurity.none())) {
      entry = stage.open(RehearsalStage.Path.NEAR, 1);
      new Socket(InetAddress.getLoopbackAddress(), entry).close();
    }
    assertThrows(
        ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), entry).close());
  }

  @Test
  void playsAGuestWhoseEveryPageTheParserSees() {
    MadeUpGuest guest = new MadeUpGuest();
    BatchBuilder builder = new BatchBuilder(new BatchPool(4), new MigrationStreamParser());
    builder.append(guest.setup());
    int pages = 0;
    for (int round = 0; round < 3; round++) {
      ByteBuffer stream = guest.round(round);
      while (!builder.append(stream) || stream.hasRemaining()) {
        pages += taken(builder);
      }
    }
    pages += taken(builder);

    assertEquals(3 * 64, pages);
  }

  private static int taken(BatchBuilder builder) {
    Batch batch = builder.take();
    return batch == null ? 0 : batch.pageCount();
  }
}
