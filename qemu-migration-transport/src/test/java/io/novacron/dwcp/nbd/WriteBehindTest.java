package io.novacron.dwcp.nbd;

import static io.novacron.dwcp.nbd.NbdBytes.BLOCK_STATUS;
import static io.novacron.dwcp.nbd.NbdBytes.CACHE;
import static io.novacron.dwcp.nbd.NbdBytes.DISC;
import static io.novacron.dwcp.nbd.NbdBytes.FAST_ZERO;
import static io.novacron.dwcp.nbd.NbdBytes.FLUSH;
import static io.novacron.dwcp.nbd.NbdBytes.FUA;
import static io.novacron.dwcp.nbd.NbdBytes.READ;
import static io.novacron.dwcp.nbd.NbdBytes.TRIM;
import static io.novacron.dwcp.nbd.NbdBytes.WRITE;
import static io.novacron.dwcp.nbd.NbdBytes.WRITE_ZEROES;
import static io.novacron.dwcp.nbd.NbdBytes.extended;
import static io.novacron.dwcp.nbd.NbdBytes.extendedChunk;
import static io.novacron.dwcp.nbd.NbdBytes.join;
import static io.novacron.dwcp.nbd.NbdBytes.request;
import static io.novacron.dwcp.nbd.NbdBytes.simpleReply;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteBehindTest {
  private static final byte[] NOTHING = {};

  @Test
  void acknowledgesAWriteOnceAllOfItWasSentOnAndSwallowsTheRealAnswer() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    byte[] write = request(WRITE, 0, 0xabc, 8192, 4096);

    run.qemu(Arrays.copyOf(write, write.length - 1));
    assertArrayEquals(NOTHING, run.sentToQemu());
    run.qemu(Arrays.copyOfRange(write, write.length - 1, write.length));

    assertArrayEquals(simpleReply(0, 0xabc), run.sentToQemu());
    assertArrayEquals(request(WRITE, 0, 1, 8192, 4096), run.sentToDestination());
    assertTrue(run.behind.isAhead());
    run.destination(simpleReply(0, 1));
    assertArrayEquals(NOTHING, run.sentToQemu());
    assertFalse(run.behind.isAhead());
  }

  @Test
  void answersWithExtendedHeadersAsQemusServerDoes() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);

    run.qemu(extended(WRITE, 0, 2, 1 << 20, 65536));

    assertArrayEquals(extendedChunk(1, 0, 2, 1 << 20), run.sentToQemu());
    run.destination(extendedChunk(1, 0, 1, 1 << 20));
    assertArrayEquals(NOTHING, run.sentToQemu());
    assertFalse(run.behind.isAhead());
  }

  @Test
  void acknowledgesZeroesAndTrimsToo() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);

    run.qemu(extended(WRITE_ZEROES, 2, 1, 0, 1 << 30), extended(TRIM, 0, 2, 1L << 31, 4096));

    assertArrayEquals(
        join(extendedChunk(1, 0, 1, 0), extendedChunk(1, 0, 2, 1L << 31)), run.sentToQemu());
  }

  @Test
  void tellsRequestsApartThatUseTheSameCookieAgain() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);

    run.qemu(request(WRITE, 0, 1, 0, 512), request(WRITE, 0, 1, 512, 512));
    run.qemu(request(READ, 0, 1, 4096, 4));
    run.sentToQemu();
    run.destination(simpleReply(0, 3, (byte) 9, (byte) 8, (byte) 7, (byte) 6), simpleReply(0, 2));

    assertArrayEquals(simpleReply(0, 1, (byte) 9, (byte) 8, (byte) 7, (byte) 6), run.sentToQemu());
    assertEquals(1, run.behind.aheadWrites());
    run.destination(simpleReply(0, 1));
    assertFalse(run.behind.isAhead());
  }

  @Test
  void putsNoReplyOfItsOwnIntoOneOfTheServer() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(READ, 0, 1, 0, 2));
    byte[] read = simpleReply(0, 1, (byte) 8, (byte) 9);

    run.destination(Arrays.copyOf(read, read.length - 1));
    run.qemu(request(WRITE, 0, 2, 512, 512));
    run.destination(new byte[] {9});

    assertArrayEquals(join(read, simpleReply(0, 2)), run.sentToQemu());
  }

  @ParameterizedTest
  @ValueSource(ints = {FLUSH, CACHE, 8, 30})
  void holdsBackABarrierUntilAllBeforeItIsAnsweredAndLeavesTheAnswerToTheServer(int command)
      throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(WRITE, 0, 1, 0, 512), request(WRITE, 0, 2, 512, 512));
    run.sentToDestination();
    run.sentToQemu();

    run.qemu(request(command, 0, 3, 1 << 20, 0));
    assertTrue(run.behind.isHolding());
    run.destination(simpleReply(0, 2));
    assertArrayEquals(NOTHING, run.sentToDestination());
    run.destination(simpleReply(0, 1));

    assertArrayEquals(request(command, 0, 3, 1 << 20, 0), run.sentToDestination());
    assertArrayEquals(NOTHING, run.sentToQemu());
    run.destination(simpleReply(0, 3));
    assertArrayEquals(simpleReply(0, 3), run.sentToQemu());
  }

  @ParameterizedTest
  @ValueSource(ints = {WRITE, TRIM, WRITE_ZEROES})
  void takesForcedUnitAccessForABarrierThatTheServerAnswers(int command) throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(WRITE, 0, 1, 0, 512));
    run.sentToDestination();
    run.sentToQemu();

    run.qemu(request(command, FUA, 2, 1 << 20, 512));
    assertArrayEquals(NOTHING, run.sentToDestination());
    run.destination(simpleReply(0, 1));

    assertArrayEquals(request(command, FUA, 2, 1 << 20, 512), run.sentToDestination());
    assertArrayEquals(NOTHING, run.sentToQemu());
    run.destination(simpleReply(5, 2));
    assertArrayEquals(simpleReply(5, 2), run.sentToQemu());
  }

  @Test
  void letsGoOfQemuOnlyWhenAllIsAnswered() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(extended(WRITE, 0, 1, 0, 512));
    run.sentToDestination();

    run.qemu(extended(DISC, 0, 0, 0, 0));
    assertArrayEquals(NOTHING, run.sentToDestination());
    run.destination(extendedChunk(1, 0, 1, 0));

    assertArrayEquals(extended(DISC, 0, 0, 0, 0), run.sentToDestination());
  }

  @Test
  void leavesFastZeroesToTheServerWhoseErrorIsAnAnswer() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);

    run.qemu(request(WRITE_ZEROES, FAST_ZERO, 7, 0, 4096));
    assertArrayEquals(NOTHING, run.sentToQemu());
    run.destination(simpleReply(95, 1));

    assertArrayEquals(simpleReply(95, 7), run.sentToQemu());
  }

  @Test
  void holdsBackWhatTouchesAnUnansweredWriteAndAllBehindIt() throws NbdException {
    for (int command : List.of(READ, WRITE, WRITE_ZEROES, TRIM, BLOCK_STATUS)) {
      WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
      run.qemu(request(WRITE, 0, 1, 4096, 4096));
      run.sentToDestination();

      run.qemu(request(command, 0, 2, 8191, 1), request(READ, 0, 3, 0, 4096));
      assertArrayEquals(NOTHING, run.sentToDestination());
      run.destination(simpleReply(0, 1));

      assertArrayEquals(
          join(request(command, 0, 2, 8191, 1), request(READ, 0, 3, 0, 4096)),
          run.sentToDestination());
    }
  }

  @Test
  void letsPassWhatOnlyLiesBesideAnUnansweredWrite() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(WRITE, 0, 1, 4096, 4096));
    run.sentToDestination();

    run.qemu(request(READ, 0, 2, 0, 4096), request(WRITE, 0, 3, 8192, 512));

    assertArrayEquals(
        join(request(READ, 0, 2, 0, 4096), request(WRITE, 0, 3, 8192, 512)),
        run.sentToDestination());
  }

  @Test
  void goesOnWithSeveralRequestsThatWaitedForEachOther() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(WRITE, 0, 1, 0, 512), request(WRITE, 0, 2, 0, 512));
    run.qemu(request(FLUSH, 0, 3, 0, 0), request(WRITE, 0, 4, 0, 512));
    run.sentToDestination();

    run.destination(simpleReply(0, 1));
    assertArrayEquals(request(WRITE, 0, 2, 0, 512), run.sentToDestination());
    run.destination(simpleReply(0, 2));
    assertArrayEquals(
        join(request(FLUSH, 0, 3, 0, 0), request(WRITE, 0, 4, 0, 512)), run.sentToDestination());
  }

  @Test
  void endsTheConnectionWhenTheServerFailsWhatQemuBelievesToBeDone() throws NbdException {
    byte[] full = NbdBytes.error(28);
    for (byte[] answer :
        List.of(
            simpleReply(28, 1),
            NbdBytes.chunk(1, 0x8001, 1, full),
            extendedChunk(1, 0x8001, 1, 0, full))) {
      WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
      run.qemu(request(WRITE, 0, 1, 0, 512));

      NbdException failure = assertThrows(NbdException.class, () -> run.destination(answer));
      assertTrue(
          failure.getMessage().contains("NBD error 28 (no space left)"), failure::getMessage);
      assertTrue(run.behind.isAhead());
    }
  }

  @Test
  void takesATrimThatTheServerDoesNotKnowForDone() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(extended(TRIM, 0, 1, 0, 512), extended(TRIM, 0, 2, 512, 512));

    run.destination(extendedChunk(1, 0x8001, 1, 0, NbdBytes.error(95)), simpleReply(95, 2));

    assertFalse(run.behind.isAhead());
  }

  @Test
  void refusesAnswersThatNobodyWaitsFor() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(WRITE, 0, 1, 0, 512));
    run.destination(simpleReply(0, 1));

    assertThrows(NbdException.class, () -> run.destination(simpleReply(0, 1)));
  }

  @Test
  void refusesBytesThatAreNoRequestAndNoReply() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    run.qemu(request(WRITE, 0, 1, 0, 512));

    assertThrows(NbdException.class, () -> run.qemu(new byte[] {1, 2, 3, 4}));
    assertThrows(NbdException.class, () -> run.destination(new byte[] {1, 2, 3, 4}));
  }

  @Test
  void refusesLengthsThatNoClientSends() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    byte[] huge = Arrays.copyOf(request(WRITE, 0, 1, 0, 0), 28);
    huge[24] = 0x7f;
    byte[] negative = Arrays.copyOf(request(READ, 0, 1, -1, 0), 28);

    assertThrows(NbdException.class, () -> run.qemu(huge));
    WriteBehindRun other = WriteBehindRun.negotiated(WriteWindow.STANDARD);
    assertThrows(NbdException.class, () -> other.qemu(negative));
  }

  @Test
  void readsEveryMessageHoweverItIsSplit() throws NbdException {
    List<byte[]> whole = conversation(Integer.MAX_VALUE);

    for (int pieceBytes = 1; pieceBytes <= 64; pieceBytes++) {
      List<byte[]> split = conversation(pieceBytes);
      assertArrayEquals(whole.getFirst(), split.getFirst(), "to the destination: " + pieceBytes);
      assertArrayEquals(whole.getLast(), split.getLast(), "to QEMU: " + pieceBytes);
    }
  }

  /** Negotiation, each form of request and answer, waiting and not. */
  private static List<byte[]> conversation(int pieceBytes) throws NbdException {
    WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, pieceBytes);
    byte[] server = NbdBytes.serverNegotiation(NbdBytes.QEMU_FLAGS);
    run.destination(Arrays.copyOf(server, 18));
    run.qemu(NbdBytes.clientNegotiation());
    run.destination(Arrays.copyOfRange(server, 18, server.length));
    run.qemu(request(WRITE, 0, 1, 0, 100), extended(WRITE, 0, 1, 4096, 33));
    run.qemu(extended(READ, 0, 2, 8192, 5), extended(FLUSH, 0, 3, 0, 0));
    run.destination(extendedChunk(0, 1, 3, 8192, (byte) 1, (byte) 2));
    run.destination(NbdBytes.chunk(1, 0x8001, 3, NbdBytes.error(5)), simpleReply(0, 2));
    run.qemu(request(TRIM, 0, 5, 0, 4096));
    run.destination(simpleReply(0, 1), simpleReply(0, 4));
    run.destination(extendedChunk(1, 0x8001, 5, 0, NbdBytes.error(95)));
    run.qemu(extended(DISC, 0, 0, 0, 0));
    return List.of(run.sentToDestination(), run.sentToQemu());
  }
}
