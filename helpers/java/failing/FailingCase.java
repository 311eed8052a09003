package io.loopgate.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loopgate.Filter;
import io.loopgate.Loopgate;
import io.loopgate.Sandbox;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Fails, for the test of what is shown then. */
@Loopgate(templates = "../example/template.yaml")
@TestMethodOrder(MethodOrderer.MethodName.class)
class FailingCase {
  @Test
  void shouts(Sandbox loopgate) {
    assertEquals("fine", loopgate.listener("EchoListener").ask("fine"));
    loopgate.listener("ShoutListener").ask("boom");
  }

  @Test
  void waits(Sandbox loopgate) {
    loopgate.await(Filter.event("discarded"), 2, Duration.ofMillis(100));
  }
}
