package io.novacron.dwcp.nbd;

import static io.novacron.dwcp.nbd.NbdBytes.FLUSH;
import static io.novacron.dwcp.nbd.NbdBytes.WRITE;
import static io.novacron.dwcp.nbd.NbdBytes.WRITE_ZEROES;
import static io.novacron.dwcp.nbd.NbdBytes.join;
import static io.novacron.dwcp.nbd.NbdBytes.request;
import static io.novacron.dwcp.nbd.NbdBytes.simpleReply;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WriteWindowTest {
  private static final byte[] NOTHING = {};

  @Test
  void acknowledgesNoMoreBytesThanTheWindowHas() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(new WriteWindow(1024, 9, 1000, 100));

    run.qemu(write(1), write(2), write(3), write(4));
    assertArrayEquals(join(simpleReply(0, 1), simpleReply(0, 2)), run.sentToQemu());
    run.destination(simpleReply(0, 2));

    assertArrayEquals(simpleReply(0, 3), run.sentToQemu());
    assertEquals(2, run.behind.aheadWrites());
  }

  @Test
  void acknowledgesAWriteAloneThatIsLargerThanTheWindow() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(new WriteWindow(100, 9, 1000, 100));

    run.qemu(write(1), write(2));

    assertArrayEquals(simpleReply(0, 1), run.sentToQemu());
  }

  @Test
  void acknowledgesNoMoreWritesThanTheWindowHas() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(new WriteWindow(1024, 1, 1000, 100));

    run.qemu(request(WRITE_ZEROES, 0, 1, 0, 512), request(WRITE_ZEROES, 0, 2, 512, 512));

    assertArrayEquals(simpleReply(0, 1), run.sentToQemu());
  }

  @Test
  void handsOnTheRealAnswerOfAWriteThatFoundNoRoom() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(new WriteWindow(512, 9, 1000, 100));
    run.qemu(write(1), write(2));
    run.sentToQemu();

    run.destination(simpleReply(28, 2));

    assertArrayEquals(simpleReply(28, 2), run.sentToQemu());
  }

  @Test
  void waitsWhileTheOldestWriteTakesLongerThanItsWayAndTheTimeThatIsAllowed() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(new WriteWindow(1 << 20, 9, 1000, 100));
    answerTakes(run, 80);

    run.qemu(write(1));
    run.pass(1080);
    run.qemu(write(2));
    assertArrayEquals(join(simpleReply(0, 1), simpleReply(0, 2)), run.sentToQemu());
    run.pass(1);
    run.qemu(write(3));
    assertArrayEquals(NOTHING, run.sentToQemu());
    run.destination(simpleReply(0, 2));

    assertArrayEquals(simpleReply(0, 3), run.sentToQemu());
  }

  @Test
  void shrinksOnceQemuFlushedSinceTheMirrorIsReadyThen() throws NbdException {
    WriteBehindRun run = WriteBehindRun.negotiated(new WriteWindow(1 << 20, 9, 1000, 100));
    answerTakes(run, 80);
    run.qemu(request(FLUSH, 0, 9, 0, 0));
    run.destination(simpleReply(0, 2));
    run.sentToQemu();

    run.qemu(write(1));
    run.pass(181);
    run.qemu(write(2));

    assertArrayEquals(simpleReply(0, 1), run.sentToQemu());
  }

  /** One write that is answered after so long, and nothing is open behind it. */
  private static void answerTakes(WriteBehindRun run, long nanos) throws NbdException {
    run.qemu(write(0));
    run.pass(nanos);
    run.destination(simpleReply(0, 1));
    run.sentToQemu();
  }

  private static byte[] write(int number) {
    return request(WRITE, 0, number, number * 512L, 512);
  }
}
