package io.novacron.dwcp.nbd;

import static io.novacron.dwcp.nbd.NbdBytes.FLUSH;
import static io.novacron.dwcp.nbd.NbdBytes.WRITE;
import static io.novacron.dwcp.nbd.NbdBytes.join;
import static io.novacron.dwcp.nbd.NbdBytes.option;
import static io.novacron.dwcp.nbd.NbdBytes.optionReply;
import static io.novacron.dwcp.nbd.NbdBytes.request;
import static io.novacron.dwcp.nbd.NbdBytes.simpleReply;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteBehindNegotiationTest {
  private static final int CAN_MULTI_CONN = 1 << 8;
  private static final int SEND_FLUSH = 1 << 2;
  private static final int READ_ONLY = 1 << 1;

  @Test
  void passesTheNegotiationOnButForThePromiseOfSeveralConnections() throws NbdException {
    WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, Integer.MAX_VALUE);

    run.destination(NbdBytes.serverNegotiation(NbdBytes.QEMU_FLAGS));
    run.qemu(NbdBytes.clientNegotiation());

    assertArrayEquals(
        NbdBytes.serverNegotiation(NbdBytes.QEMU_FLAGS & ~CAN_MULTI_CONN), run.sentToQemu());
    assertArrayEquals(NbdBytes.clientNegotiation(), run.sentToDestination());
  }

  @Test
  void leavesAServerAloneThatCannotFlushOrWrite() throws NbdException {
    for (int flags :
        List.of(0, NbdBytes.QEMU_FLAGS & ~SEND_FLUSH, NbdBytes.QEMU_FLAGS | READ_ONLY)) {
      WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, Integer.MAX_VALUE);
      run.negotiate(flags);
      assertOnlyPasses(run);
    }
  }

  @Test
  void leavesTlsAndOldNegotiationsAlone() throws NbdException {
    for (int number : List.of(NbdBytes.OPTION_STARTTLS, NbdBytes.OPTION_EXPORT_NAME, 4, 12)) {
      WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, Integer.MAX_VALUE);
      run.destination(NbdBytes.greeting());
      run.qemu(NbdBytes.clientFlags(), option(number, new byte[0]));
      run.sentToDestination();
      run.sentToQemu();
      assertOnlyPasses(run);
    }
  }

  @Test
  void leavesARequestAloneThatComesBeforeTheServerGrantedTheExport() throws NbdException {
    WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, Integer.MAX_VALUE);
    run.destination(NbdBytes.greeting());
    run.qemu(NbdBytes.clientFlags(), option(7, new byte[6]));
    run.destination(optionReply(7, 0x80000006, new byte[0]));
    run.sentToDestination();
    run.sentToQemu();
    assertOnlyPasses(run);
  }

  @Test
  void losesNoByteOfWhatItDoesNotKnowHoweverItIsSplit() throws NbdException {
    byte[] foreign =
        "\u0016\u0003\u0001\u0002\u0000 is no NBD, nor is this"
            .getBytes(StandardCharsets.ISO_8859_1);
    for (int pieceBytes = 1; pieceBytes <= foreign.length; pieceBytes++) {
      WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, pieceBytes);
      run.qemu(foreign);
      run.destination(foreign);
      assertArrayEquals(foreign, run.sentToDestination());
      assertArrayEquals(foreign, run.sentToQemu());
    }
  }

  @Test
  void handsOverWhatItHadCollectedWhenTheOtherSideTurnsOutToBeUnknown() throws NbdException {
    WriteBehindRun run = WriteBehindRun.fresh(WriteWindow.STANDARD, 1);

    run.destination(new byte[] {'N', 'B', 'D'});
    run.qemu(new byte[] {(byte) 0xff, 1, 2, 3});

    assertArrayEquals(new byte[] {'N', 'B', 'D'}, run.sentToQemu());
    assertArrayEquals(new byte[] {(byte) 0xff, 1, 2, 3}, run.sentToDestination());
  }

  private static void assertOnlyPasses(WriteBehindRun run) throws NbdException {
    byte[] requests = join(request(WRITE, 0, 5, 0, 512), request(FLUSH, 0, 6, 0, 0));
    run.qemu(requests);
    assertArrayEquals(requests, run.sentToDestination());
    run.destination(simpleReply(28, 5));
    assertArrayEquals(simpleReply(28, 5), run.sentToQemu());
    assertFalse(run.behind.isAhead());
  }
}
