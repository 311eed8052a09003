package io.loopgate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One client of a listener: a UDP socket of its own, until it is closed. */
public final class Client implements AutoCloseable {
  /** Most replies have come by then, and the journal need not be asked. */
  private static final Duration FIRST_LOOK = Duration.ofMillis(50);
  private static final int LARGEST = 65536;

  private final Sandbox sandbox;
  private final String name;
  private final DatagramChannel channel;
  private final Selector selector;
  private final List<Event> events = new ArrayList<>(); // of the journal, as far as it was read

  Client(Sandbox sandbox, String name, String address) {
    this.sandbox = sandbox;
    this.name = name;
    int at = address.lastIndexOf(':');
    var host = address.substring(0, at).replaceAll("[\\[\\]]", "");
    try {
      channel = DatagramChannel.open();
      selector = Selector.open();
      channel.connect(new InetSocketAddress(host, Integer.parseInt(address.substring(at + 1))));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** ADDRESS:PORT, as a Packet Source's Remote names it and the journal does. */
  public String address() {
    try {
      var own = (InetSocketAddress) channel.getLocalAddress();
      var host = own.getAddress().getHostAddress();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + own.getPort();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  public void send(byte[] payload) {
    try {
      channel.write(ByteBuffer.wrap(payload));
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** The next datagram, within five seconds. */
  public byte[] receive() {
    return receive(Listener.REPLY_WITHIN);
  }

  /** Fails at once when the journal says why there will be none. */
  public byte[] receive(Duration within) {
    long end = System.nanoTime() + within.toNanos();
    var payload = receiveWithin(Math.min(FIRST_LOOK.toNanos(), within.toNanos()));
    while (payload == null) {
      events.addAll(sandbox.journal(Filter.any().after(lastSeq())));
      var discards = deadEnd();
      if (!discards.isEmpty()) {
        throw new LoopgateError("no reply from " + name + ": " + tell(discards));
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new LoopgateError(silence(within));
      }
      var quiet = sandbox.whenQuiet(lastSeq(), Duration.ofNanos(left));
      quiet.whenComplete((answer, problem) -> selector.wakeup());
      payload = receiveWithin(left);
      quiet.cancel(true);
    }
    return payload;
  }

  @Override
  public void close() {
    try (channel; selector) {
      // both
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Null when there is none, or the selector was woken. */
  private byte[] receiveWithin(long nanos) {
    try {
      selector.select(Math.max(1, nanos / 1_000_000));
      selector.selectedKeys().clear();
      var buffer = ByteBuffer.allocate(LARGEST);
      return channel.receive(buffer) == null ? null : Arrays.copyOf(buffer.array(), buffer.position());
    } catch (PortUnreachableException nobody) {
      throw new LoopgateError("nobody listens at " + name + "'s address");
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private long lastSeq() {
    return events.isEmpty() ? 0 : events.get(events.size() - 1).seq();
  }

  private String silence(Duration within) {
    var said = "no reply from " + name + " within " + within.toMillis() + " ms";
    var discards = only(events, "discarded");
    if (!discards.isEmpty()) {
      return said + ": " + tell(discards);
    }
    if (!only(ours(), "delivered").isEmpty()) {
      return said + ": the packet was delivered, and no destination has answered it";
    }
    return said + "; nothing was discarded. There were: " + summary(events);
  }

  private static List<Event> only(List<Event> events, String kind) {
    return events.stream().filter(event -> event.event().equals(kind)).toList();
  }

  /** The story of this client's packets: what names it or their tags, and the calls of the batches they joined. */
  private List<Event> ours() {
    var remote = address();
    var tags = new HashSet<String>();
    var batches = new HashSet<Long>();
    var story = new ArrayList<Event>();
    for (var event : events) {
      boolean named = remote.equals(event.remote());
      if (named && event.tag() != null) {
        tags.add(event.tag());
      }
      boolean tagged = event.tag() != null && tags.contains(event.tag());
      if (tagged && event.batch() != 0) {
        batches.add(event.batch());
      }
      if (named || tagged || event.tag() == null && batches.contains(event.batch())) {
        story.add(event);
      }
    }
    return story;
  }

  /**
   * The discards of this client's packets, when none of its others may still be answered. What had its answer is over:
   * an earlier packet of this client, or of another whose port it got.
   */
  private List<Event> deadEnd() {
    var story = ours();
    var discards = only(story, "discarded");
    var over = Stream.concat(discards.stream(), only(story, "replied").stream())
        .map(Client::delivery).collect(Collectors.toSet());
    boolean open = only(story, "queued").stream().anyMatch(queued -> !over.contains(delivery(queued)));
    return open ? List.of() : discards;
  }

  private static String delivery(Event event) {
    return event.tag() + " " + event.batch();
  }

  private static String tell(List<Event> discards) {
    return discards.stream()
        .map(event -> Stream.of("[" + event.reason() + "]", event.text(), event.remedy()).filter(Objects::nonNull)
            .collect(Collectors.joining(" ")))
        .collect(Collectors.joining("\n"));
  }

  private static String summary(List<Event> events) {
    var counts = new LinkedHashMap<String, Integer>();
    for (var event : events) {
      counts.merge(event.reason() == null ? event.event() : event.event() + " [" + event.reason() + "]", 1, Integer::sum);
    }
    return counts.isEmpty() ? "no events" : counts.entrySet().stream()
        .map(entry -> entry.getValue() + " × " + entry.getKey()).collect(Collectors.joining(", "));
  }
}
