package io.loopgate;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A running sandbox: started here, or found where an endpoint is. */
public final class Sandbox implements AutoCloseable {
  private static final Duration START_WITHIN = Duration.ofMinutes(2);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
  private static final Duration WAIT_WITHIN = Duration.ofSeconds(5);
  private static final int LINES_OF_STORY = 200;
  /** Of events that are no packet's story. */
  private static final Pattern UNTOLD = Pattern.compile("[0-9:.]+ (api-call|stack|listener) .*");

  private final String endpoint;
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Gson gson = new Gson();
  private Runnable stop = () -> {};

  /** One that runs. */
  public Sandbox(String endpoint) {
    this.endpoint = endpoint.replaceAll("/+$", "");
  }

  /** Starts one on free ports. The program is LOOPGATE_BINARY, else {@code loopgate} of the PATH. */
  public static Sandbox start(List<String> templates, List<String> args) {
    var binary = System.getenv().getOrDefault("LOOPGATE_BINARY", "loopgate");
    try {
      var folder = Files.createTempDirectory("loopgate-");
      Path ready = folder.resolve("ready.json");
      Path log = folder.resolve("log");
      var command = new ArrayList<>(List.of(binary, "up", "--port", "0", "--quiet", "--ready-file", ready.toString()));
      command.addAll(args);
      command.addAll(templates);
      var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      var end = System.nanoTime() + START_WITHIN.toNanos();
      while (!Files.exists(ready)) {
        boolean ended = process.waitFor(5, TimeUnit.MILLISECONDS);
        if (ended || System.nanoTime() > end) {
          process.destroyForcibly().waitFor();
          var said = Files.readString(log).strip();
          delete(folder);
          throw new LoopgateError("the sandbox " + (ended ? "ended:\n" : "did not get ready:\n") + said);
        }
      }
      var info = new Gson().fromJson(Files.readString(ready), JsonObject.class);
      var sandbox = new Sandbox(info.get("endpoint").getAsString());
      var atExit = new Thread(process::destroy);
      Runtime.getRuntime().addShutdownHook(atExit);
      sandbox.stop = () -> {
        end(process);
        Runtime.getRuntime().removeShutdownHook(atExit);
        delete(folder);
      };
      return sandbox;
    } catch (IOException problem) {
      throw new LoopgateError("the sandbox cannot be started; set LOOPGATE_BINARY to it: " + problem.getMessage(), problem);
    } catch (InterruptedException problem) {
      throw interrupted(problem);
    }
  }

  /** Ends it if it was started here. */
  @Override
  public void close() {
    var last = stop;
    stop = () -> {};
    last.run();
  }

  public String endpoint() {
    return endpoint;
  }

  // What is deployed

  /** Of all stacks, as the templates have them. */
  public Map<String, String> outputs() {
    return ofStacks("outputs");
  }

  /** The address here of those outputs that name the vendor's production. */
  public Map<String, String> local() {
    return ofStacks("local");
  }

  /** What AWS SDKs and programs under test need. */
  public Map<String, String> environment() {
    var region = region();
    return Map.of("AWS_ENDPOINT_URL", endpoint, "AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test", "AWS_REGION",
        region, "AWS_DEFAULT_REGION", region, "AWS_EC2_METADATA_DISABLED", "true");
  }

  /** The first ingress region, which is the stacks' own. */
  public String region() {
    return get("info", Map.of()).getAsJsonArray("regions").get(0).getAsString();
  }

  // Packets

  /** By logical id, STACK/LOGICALID, name or port. */
  public Listener listener(String name) {
    return new Listener(this, name);
  }

  /** Publishes one packet for the client {@code to} (ADDRESS:PORT) to a Packet Source's topic; gives the message's id. */
  public String publish(String topic, byte[] data, String to) {
    return publish(topic, data, to, region());
  }

  /** {@code egressRegion} null leaves the attribute out, as a forgetful program would. */
  public String publish(String topic, byte[] data, String to, String egressRegion) {
    int at = to.lastIndexOf(':');
    var remote = Map.of("Address", to.substring(0, at).replaceAll("[\\[\\]]", ""), "Port",
        Integer.parseInt(to.substring(at + 1)));
    var entry = Map.of("Remote", remote, "Formatter", "hex", "Data", HexFormat.of().formatHex(data));
    Map<String, String> attributes = egressRegion == null ? Map.of() : Map.of("EgressRegion", egressRegion);
    return post("publish", Map.of("topic", topic, "message", gson.toJson(Map.of("Messages", List.of(entry))),
        "attributes", attributes)).get("message_id").getAsString();
  }

  /** The events since the last reset. */
  public List<Event> journal(Filter filter) {
    return ask("GET", "journal", filter.query, null).lines().map(line -> gson.fromJson(line, Event.class))
        .filter(event -> event.event() != null).toList();
  }

  /** The first event that fits, since the last reset; waits five seconds for it. */
  public Event await(Filter filter) {
    return await(filter, 1, WAIT_WITHIN).get(0);
  }

  /** The first {@code count} events that fit; the failure says what did happen. */
  public List<Event> await(Filter filter, int count, Duration within) {
    var query = new LinkedHashMap<>(filter.query);
    query.put("count", Integer.toString(count));
    return waitFor(query, within);
  }

  /** Until nothing has happened for so long, no packet is under way and no function runs. */
  public void awaitIdle(Duration idle, Duration within) {
    waitFor(Map.of("idle", idle.toMillis() + "ms"), within);
  }

  /** What happened to packets since the last reset, for people. */
  public String story() {
    var lines = ask("GET", "journal", Map.of("form", "text"), null).lines()
        .filter(line -> !UNTOLD.matcher(line).matches()).toList();
    int more = Math.max(0, lines.size() - LINES_OF_STORY);
    var told = String.join("\n", lines.subList(more, lines.size()));
    if (told.isEmpty()) {
      return "none was sent or received";
    }
    return more == 0 ? told : "… " + more + " earlier events\n" + told;
  }

  /** How many packets the service would have billed since the last reset. */
  public long billed() {
    return get("bill", Map.of()).get("billed").getAsLong();
  }

  // Its time and its state

  /** Moves the clock ("3m"); everything due has happened when it returns. Gives the new time. */
  public String advance(String step) {
    return post("clock", Map.of("advance", step)).get("now").getAsString();
  }

  /** Lets go of packets, messages, logs and the journal; stacks and warm functions stay. */
  public void reset() {
    post("reset", Map.of("keep_stacks", true));
  }

  /** Keeps the state (stacks, messages, functions, logs, clock) by a name, until the sandbox ends. */
  public void snapshot(String name) {
    post("snapshot", Map.of("name", name));
  }

  /** Puts it back, in a millisecond or two. */
  public void restore(String name) {
    post("restore", Map.of("name", name));
  }

  // Any other route of docs/API.md

  public JsonObject get(String route, Map<String, String> query) {
    return gson.fromJson(ask("GET", route, query, null), JsonObject.class);
  }

  public JsonObject post(String route, Map<String, ?> body) {
    return gson.fromJson(ask("POST", route, Map.of(), gson.toJson(body)), JsonObject.class);
  }

  /** Completes when there are events after {@code after} and nothing is under way any more, or the time is over. */
  CompletableFuture<?> whenQuiet(long after, Duration within) {
    var query = Map.of("after", Long.toString(after), "count", "1", "idle", "0s", "within", millis(within));
    return http.sendAsync(request("GET", "wait", query, null), HttpResponse.BodyHandlers.discarding());
  }

  private List<Event> waitFor(Map<String, String> what, Duration within) {
    var query = new LinkedHashMap<>(what);
    query.put("within", millis(within));
    var answer = get("wait", query);
    if (!answer.get("arrived").getAsBoolean()) {
      throw new LoopgateError(answer.get("said").getAsString());
    }
    return List.of(gson.fromJson(answer.get("events"), Event[].class));
  }

  private Map<String, String> ofStacks(String member) {
    var out = new LinkedHashMap<String, String>();
    for (var stack : get("info", Map.of()).getAsJsonObject("stacks").asMap().values()) {
      var values = stack.getAsJsonObject().getAsJsonObject(member);
      if (values != null) {
        values.asMap().forEach((key, value) -> out.put(key, value.getAsString()));
      }
    }
    return out;
  }

  private String ask(String method, String route, Map<String, String> query, String body) {
    try {
      var answer = http.send(request(method, route, query, body), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        return answer.body();
      }
      throw new LoopgateError(refusal(answer.body()));
    } catch (IOException problem) {
      throw new LoopgateError("there is no sandbox at " + endpoint + ": " + problem.getMessage(), problem);
    } catch (InterruptedException problem) {
      throw interrupted(problem);
    }
  }

  private HttpRequest request(String method, String route, Map<String, String> query, String body) {
    var parameters = query.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    var address = endpoint + "/_loopgate/" + route + (parameters.isEmpty() ? "" : "?" + parameters);
    var content = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
    return HttpRequest.newBuilder(URI.create(address)).method(method, content).build();
  }

  private String refusal(String body) {
    try {
      return gson.fromJson(body, JsonObject.class).get("error").getAsString();
    } catch (JsonSyntaxException | NullPointerException notOurs) {
      return body;
    }
  }

  private static String millis(Duration duration) {
    return Math.max(1, duration.toMillis()) + "ms";
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException problem) {
      throw interrupted(problem);
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException left) {
      // the system's cleaner takes it
    }
  }

  static LoopgateError interrupted(InterruptedException problem) {
    Thread.currentThread().interrupt();
    return new LoopgateError("interrupted", problem);
  }
}
