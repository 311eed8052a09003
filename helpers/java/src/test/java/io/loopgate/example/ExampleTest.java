package io.loopgate.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.loopgate.Filter;
import io.loopgate.Loopgate;
import io.loopgate.LoopgateError;
import io.loopgate.Sandbox;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Loopgate(templates = "../example/template.yaml")
class ExampleTest {
  @Test
  void aFunctionAnswers(Sandbox loopgate) {
    assertEquals("HELLO", loopgate.listener("ShoutListener").ask("hello"));
  }

  @Test
  void oneClientAsksTwice(Sandbox loopgate) {
    try (var client = loopgate.listener("EchoListener").client()) {
      for (var payload : new String[] {"one", "two"}) {
        client.send(payload.getBytes(UTF_8));
        assertEquals(payload, new String(client.receive(), UTF_8));
      }
    }
  }

  @Test
  void packetsBecomeJobs(Sandbox loopgate) {
    loopgate.listener("JobListener").send("job 1".getBytes(UTF_8));
    assertEquals("jobs", loopgate.await(Filter.event("delivered").listener("JobListener")).destination());
  }

  @Test
  void aTopicPushes(Sandbox loopgate) {
    try (var client = loopgate.listener("EchoListener").client()) {
      loopgate.publish("push", "pushed".getBytes(UTF_8), client.address());
      assertArrayEquals("pushed".getBytes(UTF_8), client.receive());
    }
  }

  @Test
  void aPublishWithoutARegionGoesNowhere(Sandbox loopgate) {
    loopgate.publish("push", "lost".getBytes(UTF_8), "127.0.0.1:9", null);
    var discard = loopgate.await(Filter.event("discarded").reason("no-egress-region"));
    assertTrue(discard.remedy().contains("EgressRegion"), discard.remedy());
  }

  @Test
  void whatIsDiscardedIsKnownAtOnce(Sandbox loopgate) {
    var listener = loopgate.listener("ShoutListener");
    var problem = assertThrows(LoopgateError.class, () -> listener.ask("boom".getBytes(UTF_8), Duration.ofMinutes(1)));
    assertTrue(problem.getMessage().contains("[function-error] KeyError: 'boom'"), problem.getMessage());
  }

  @Test
  void anAnsweredPacketHoldsUpNoReason(Sandbox loopgate) {
    try (var client = loopgate.listener("ShoutListener").client()) {
      client.send("fine".getBytes(UTF_8));
      assertEquals("FINE", new String(client.receive(Duration.ofSeconds(5)), UTF_8));
      client.send("boom".getBytes(UTF_8));
      var problem = assertThrows(LoopgateError.class, () -> client.receive(Duration.ofMinutes(1)));
      assertTrue(problem.getMessage().contains("ShoutListener: [function-error]"), problem.getMessage());
    }
  }

  @Test
  void nothingIsLeftOfTheTestBefore(Sandbox loopgate) {
    assertTrue(loopgate.journal(Filter.any()).stream().allMatch(event -> event.event().equals("api-call")));
  }

  @Test
  void theClockIsMoved(Sandbox loopgate) {
    var before = Instant.parse(loopgate.get("clock", Map.of()).get("now").getAsString());
    assertTrue(Duration.between(before, Instant.parse(loopgate.advance("1h"))).toMinutes() >= 60);
  }

  @Test
  void aStateIsPutBack(Sandbox loopgate) throws Exception {
    loopgate.listener("JobListener").send("job 1".getBytes(UTF_8));
    loopgate.await(Filter.event("delivered"));
    loopgate.awaitIdle(Duration.ofMillis(10), Duration.ofSeconds(5));
    assertEquals(1, loopgate.billed());
    loopgate.snapshot("one job");
    loopgate.reset();
    assertEquals(0, jobs(loopgate));
    loopgate.restore("one job");
    assertEquals(1, jobs(loopgate));
  }

  @Test
  void programsFindIt(Sandbox loopgate) {
    assertEquals(loopgate.endpoint(), loopgate.environment().get("AWS_ENDPOINT_URL"));
    assertTrue(loopgate.outputs().get("Endpoint").contains("proxylity.com"), loopgate.outputs().toString());
  }

  private static int jobs(Sandbox loopgate) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(loopgate.endpoint() + "/_aws/sqs/messages?QueueUrl=jobs")).build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return JsonParser.parseString(answer).getAsJsonObject().getAsJsonArray("Messages").size();
  }
}
