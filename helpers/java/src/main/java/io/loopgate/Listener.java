package io.loopgate;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A UDP listener. WireGuard's take packets from {@code loopgate send --wg} and real clients. */
public final class Listener {
  static final Duration REPLY_WITHIN = Duration.ofSeconds(5);

  private final Sandbox sandbox;
  private final String name;

  Listener(Sandbox sandbox, String name) {
    this.sandbox = sandbox;
    this.name = name;
  }

  /** Sends one datagram and gives the reply as text, within five seconds. */
  public String ask(String payload) {
    return new String(ask(payload.getBytes(StandardCharsets.UTF_8), REPLY_WITHIN), StandardCharsets.UTF_8);
  }

  /** Fails at once when the journal says why there will be no reply. */
  public byte[] ask(byte[] payload, Duration within) {
    try (var client = client()) {
      client.send(payload);
      return client.receive(within);
    }
  }

  /** Sends one datagram; the journal tells what becomes of it. */
  public void send(byte[] payload) {
    try (var client = client()) {
      client.send(payload);
    }
  }

  /** A client that sends more than once, or receives what nobody asked for; close it. */
  public Client client() {
    JsonObject listener = sandbox.get("listener", Map.of("listener", name));
    var protocol = listener.get("protocol").getAsString();
    if (!protocol.equals("udp")) {
      throw new LoopgateError(name + " speaks " + protocol + ", not plain UDP: use 'loopgate send --wg'");
    }
    var addresses = listener.getAsJsonObject("addresses");
    var own = addresses.get(sandbox.region());
    return new Client(sandbox, name, (own != null ? own : addresses.asMap().values().iterator().next()).getAsString());
  }
}
