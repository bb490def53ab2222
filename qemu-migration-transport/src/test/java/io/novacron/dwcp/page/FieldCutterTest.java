package io.novacron.dwcp.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldCutterTest {
  private final List<String> seen = new ArrayList<>();

  @Test
  void cutsFieldsWhereverTheStreamIsCut() {
    byte[] stream = {0, 0, 1, 2, 9, 9, 9, 7, 3};
    for (int cut = 0; cut <= stream.length; cut++) {
      seen.clear();
      FieldCutter cutter = new FieldCutter(100, 4);
      FieldCutter.Grammar grammar =
          (bytes, at) -> {
            if (seen.isEmpty()) {
              seen.add(bytes.getInt(at) + " before " + cutter.streamOffset());
              cutter.skip(1);
              cutter.skip(2);
              cutter.expect(1);
            } else {
              seen.add(bytes.get(at) + " before " + cutter.streamOffset());
            }
          };
      cutter.cut(ByteBuffer.wrap(stream, 0, cut), grammar);
      cutter.cut(ByteBuffer.wrap(stream, cut, stream.length - cut), grammar);
      assertEquals(List.of("258 before 104", "7 before 108", "3 before 109"), seen);
    }
  }

  @Test
  void callsAnEmptyFieldOnlyWhenItsByteHasCome() {
    FieldCutter cutter = new FieldCutter(0, 0);
    FieldCutter.Grammar grammar =
        (bytes, at) -> {
          seen.add("at " + cutter.streamOffset());
          cutter.skip(2);
        };
    cutter.cut(ByteBuffer.allocate(2), grammar);
    assertEquals(List.of("at 0"), seen);
    cutter.cut(ByteBuffer.allocate(1), grammar);
    assertEquals(List.of("at 0", "at 2"), seen);
  }

  @Test
  void leavesTheRestToTheCallerWhenStopped() {
    FieldCutter cutter = new FieldCutter(0, 1);
    ByteBuffer bytes = ByteBuffer.allocate(10);
    cutter.cut(bytes, (field, at) -> cutter.stop());
    assertEquals(1, bytes.position());
    bytes.position(5);
    cutter.consumedElsewhere(4);
    cutter.cut(bytes, (field, at) -> cutter.skipRest());
    assertEquals(10, bytes.position());
    assertEquals(10, cutter.streamOffset());
  }

  @Test
  void refusesFieldsLongerThanItCanHold() {
    FieldCutter cutter = new FieldCutter(0, FieldCutter.MAX_FIELD_BYTES);
    assertThrows(
        IllegalArgumentException.class, () -> cutter.expect(FieldCutter.MAX_FIELD_BYTES + 1));
    assertThrows(IllegalArgumentException.class, () -> cutter.expect(-1));
    assertThrows(IllegalArgumentException.class, () -> cutter.skip(-1));
  }
}
