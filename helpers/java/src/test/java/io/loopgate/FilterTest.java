package io.loopgate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Needs no sandbox: helpers/prepare runs it, so that Maven has fetched what tests need. */
class FilterTest {
  @Test
  void isAQuery() {
    assertEquals(Map.of("event", "sent", "listener", "A b"), Filter.event("sent").listener("A b").query);
    assertEquals(Map.of("reason", "filter-not-true", "after", "7"), Filter.any().reason("filter-not-true").after(7).query);
  }
}
