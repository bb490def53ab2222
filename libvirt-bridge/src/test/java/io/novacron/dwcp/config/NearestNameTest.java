package io.novacron.dwcp.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void countsInsertedDroppedAndReplacedLetters() {
    assertEquals(0, NearestName.edits("streams", "streams"));
    assertEquals(1, NearestName.edits("stream", "streams"));
    assertEquals(1, NearestName.edits("strreams", "streams"));
    assertEquals(3, NearestName.edits("kitten", "sitting"));
    assertEquals(7, NearestName.edits("", "streams"));
  }

  @Test
  void proposesNothingWhenAllAreFar() {
    assertEquals(Optional.empty(), NearestName.of("dwcp.zebra", List.of("dwcp.streams")));
  }
}
