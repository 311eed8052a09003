// Tests against a Loopgate sandbox: started here, or found where an endpoint is. index.d.ts says what each member does.
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START_WITHIN = 120_000; // ms
const STOP_WITHIN = 20_000; // ms
const FIRST_LOOK = 50; // ms: most replies have come by then, and the journal need not be asked
const LINES_OF_STORY = 200;
const UNTOLD_LINE = /^[0-9:.]+ (api-call|stack|listener) /; // of events that are no packet's story
const variablePart = (name) => name.replace(/[^A-Za-z0-9]/g, "_").toUpperCase();

export class LoopgateError extends Error {
  name = "LoopgateError";
}

export class Sandbox {
  #child;
  #folder;
  #onExit = () => this.#child?.kill();

  constructor(endpoint) {
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.clock = {
      now: async () => (await this.get("clock")).now,
      advance: async (step) => (await this.post("clock", { advance: step })).now,
    };
  }

  static async start({ templates = [], binary = process.env.LOOPGATE_BINARY ?? "loopgate", args = [] } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "loopgate-"));
    const [ready, log] = [join(folder, "ready.json"), join(folder, "log")];
    const out = openSync(log, "w");
    const child = spawn(binary, ["up", "--port", "0", "--quiet", "--ready-file", ready, ...args, ...templates], {
      stdio: ["ignore", out, out],
    });
    let ended;
    child.on("error", (problem) => (ended = `cannot be started: ${problem.message}; set LOOPGATE_BINARY`));
    child.on("exit", () => (ended ??= "ended:\n" + readFileSync(log, "utf8").trim()));
    const end = Date.now() + START_WITHIN;
    while (!existsSync(ready)) {
      if (ended || Date.now() > end) {
        child.kill("SIGKILL");
        const said = ended ?? "did not get ready:\n" + readFileSync(log, "utf8").trim();
        rmSync(folder, { recursive: true, force: true });
        throw new LoopgateError(`the sandbox ${said}`);
      }
      await sleep(5);
    }
    const sandbox = new Sandbox(JSON.parse(readFileSync(ready, "utf8")).endpoint);
    sandbox.#child = child;
    sandbox.#folder = folder;
    process.once("exit", sandbox.#onExit);
    return sandbox;
  }

  async close() {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    process.removeListener("exit", this.#onExit);
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill();
      const hurry = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN);
      await exited;
      clearTimeout(hurry);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  // What is deployed

  info() {
    return this.get("info");
  }

  async stacks() {
    return (await this.info()).stacks;
  }

  async stack() {
    const names = Object.keys(await this.stacks());
    if (names.length === 1) return names[0];
    throw new LoopgateError(`there are ${names.length} stacks (${names.join(", ")}); use stacks()`);
  }

  async outputs() {
    return Object.assign({}, ...Object.values(await this.stacks()).map((stack) => stack.outputs));
  }

  async local() {
    return Object.assign({}, ...Object.values(await this.stacks()).map((stack) => stack.local));
  }

  async environment() {
    const { regions: [region], stacks } = await this.info();
    const out = {
      AWS_ENDPOINT_URL: this.endpoint, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: region, AWS_DEFAULT_REGION: region, AWS_EC2_METADATA_DISABLED: "true",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
    };
    const there = Object.entries(stacks).flatMap(([stack, { listeners }]) =>
      Object.entries(listeners).map(([name, { addresses }]) => ({ stack, name, address: addresses[region] })));
    for (const { stack, name, address } of there) {
      const alone = there.filter((other) => other.name === name).length === 1;
      if (address) out[`LOOPGATE_${variablePart(alone ? name : `${stack}_${name}`)}_ADDR`] = address;
    }
    const own = Object.entries(stacks).filter(([, { status }]) => status);
    out.LOOPGATE_STACK = own.map(([stack]) => stack).join(" ");
    const outputs = own.flatMap(([stack, { outputs, local }]) =>
      Object.entries({ ...outputs, ...local }).map(([key, value]) => ({ stack, key, value })));
    for (const { stack, key, value } of outputs) {
      const alone = outputs.filter((other) => other.key === key).length === 1;
      out[`LOOPGATE_OUTPUT_${variablePart(alone ? key : `${stack}_${key}`)}`] = value;
    }
    return out;
  }

  async clientConfig() {
    const { regions: [region] } = await this.info();
    return { endpoint: this.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  }

  // Packets

  listener(name, { region } = {}) {
    return new Listener(this, name, region);
  }

  async publish(topic, data, { to, egressRegion, peerKey, message } = {}) {
    if (message === undefined) {
      const at = to.lastIndexOf(":");
      const Remote = { Address: to.slice(0, at).replace(/[[\]]/g, ""), Port: Number(to.slice(at + 1)) };
      if (peerKey) Remote.PeerKey = peerKey;
      message = { Messages: [{ Remote, Formatter: "hex", Data: Buffer.from(data).toString("hex") }] };
    }
    const region = egressRegion === undefined ? (await this.info()).regions[0] : egressRegion;
    const answer = await this.post("publish", {
      topic,
      message: typeof message === "string" ? message : JSON.stringify(message),
      attributes: region === null ? {} : { EgressRegion: region },
    });
    return answer.message_id;
  }

  async journal(filters = {}) {
    const text = await (await this.#ask("journal", filters)).text();
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((event) => event.event);
  }

  async wait({ event, reason, listener, count = 1, within = 5000, after = 0, idle } = {}) {
    const answer = await this.get("wait", {
      event, reason, listener, count, after, within: `${within}ms`, idle: idle === undefined ? undefined : `${idle}ms`,
    });
    if (!answer.arrived) throw new LoopgateError(answer.said);
    return answer.events;
  }

  // Resolves when there are events after `after` and nothing is under way any more, or the time is over.
  async whenQuiet(after, within, signal) {
    const query = { after, count: 1, idle: "0s", within: `${Math.max(1, within)}ms` };
    await (await this.#ask("wait", query, { signal })).text();
  }

  async snapshot(name) {
    await this.post("snapshot", { name });
  }

  async restore(name) {
    await this.post("restore", { name });
  }

  bill(listener) {
    return this.get("bill", { listener });
  }

  async story() {
    const text = await (await this.#ask("journal", { form: "text" })).text();
    const lines = text.split("\n").filter((line) => line && !UNTOLD_LINE.test(line));
    const more = lines.length - LINES_OF_STORY;
    return [...(more > 0 ? [`… ${more} earlier events`] : []), ...lines.slice(-LINES_OF_STORY)].join("\n");
  }

  async reset({ keepStacks = true } = {}) {
    await this.post("reset", { keep_stacks: keepStacks });
  }

  // The routes of docs/API.md

  async get(route, query = {}) {
    return (await this.#ask(route, query)).json();
  }

  async post(route, body = {}) {
    return (await this.#ask(route, {}, { method: "POST", body: JSON.stringify(body) })).json();
  }

  async #ask(route, query, init) {
    const url = new URL(`${this.endpoint}/_loopgate/${route}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    let answer;
    try {
      answer = await fetch(url, init);
    } catch (problem) {
      if (init?.signal?.aborted) throw problem;
      throw new LoopgateError(`there is no sandbox at ${this.endpoint}: ${problem.cause?.message ?? problem.message}`);
    }
    if (answer.ok) return answer;
    const text = await answer.text();
    let refusal;
    try {
      refusal = JSON.parse(text).error;
    } catch {
      // no JSON: as it is
    }
    throw new LoopgateError(refusal ?? text);
  }
}

export class Listener {
  #sandbox;
  #region;

  constructor(sandbox, name, region) {
    this.#sandbox = sandbox;
    this.name = name;
    this.#region = region;
  }

  async client() {
    const { protocol, addresses } = await this.#sandbox.get("listener", { listener: this.name });
    if (protocol !== "udp") {
      throw new LoopgateError(`${this.name} speaks ${protocol}, not plain UDP: use 'loopgate send --wg'`);
    }
    return Client.connect(this.#sandbox, this.name, addresses[this.#region ?? Object.keys(addresses)[0]]);
  }

  async ask(payload, { timeout } = {}) {
    const client = await this.client();
    try {
      await client.send(payload);
      return await client.receive({ timeout });
    } finally {
      client.close();
    }
  }

  async send(payload) {
    const client = await this.client();
    await client.send(payload);
    client.close();
  }
}

export class Client {
  #sandbox;
  #name;
  #socket;
  #received = [];
  #wake = () => {};
  #broken;

  static async connect(sandbox, name, address) {
    const client = new Client();
    const at = address.lastIndexOf(":");
    const host = address.slice(0, at).replace(/[[\]]/g, "");
    client.#sandbox = sandbox;
    client.#name = name;
    client.#socket = dgram.createSocket(host.includes(":") ? "udp6" : "udp4");
    client.#socket.on("message", (payload) => client.#changed(() => client.#received.push(payload)));
    client.#socket.connect(Number(address.slice(at + 1)), host);
    await once(client.#socket, "connect");
    client.#socket.on("error", (problem) => client.#changed(() => (client.#broken = problem)));
    const own = client.#socket.address();
    client.address = own.family === "IPv6" ? `[${own.address}]:${own.port}` : `${own.address}:${own.port}`;
    return client;
  }

  send(payload) {
    return new Promise((done, fail) => this.#socket.send(payload, (problem) => (problem ? fail(problem) : done())));
  }

  async receive({ timeout = 5000 } = {}) {
    const end = Date.now() + timeout;
    const events = [];
    if (!this.#received.length) await Promise.race([this.#woken(), sleep(Math.min(FIRST_LOOK, timeout))]);
    for (;;) {
      if (this.#received.length) return this.#received.shift();
      if (this.#broken) throw new LoopgateError(`nobody listens at ${this.#name}'s address`);
      events.push(...(await this.#sandbox.journal({ after: events.at(-1)?.seq })));
      const discards = deadEnd(events, this.address);
      if (discards.length) throw new LoopgateError(`no reply from ${this.#name}: ${tell(discards)}`);
      const left = end - Date.now();
      if (left <= 0 && !this.#received.length) throw new LoopgateError(this.#silence(events, timeout));
      if (!this.#received.length) await this.#wokenOrQuiet(events.at(-1)?.seq ?? 0, left);
    }
  }

  close() {
    this.#socket.close();
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.close();
  }

  #changed(change) {
    change();
    this.#wake();
  }

  #woken() {
    return new Promise((done) => (this.#wake = done));
  }

  // Until a datagram comes, or the sandbox has nothing under way that could bring one.
  async #wokenOrQuiet(after, within) {
    const stop = new AbortController();
    const quiet = this.#sandbox.whenQuiet(after, within, stop.signal);
    try {
      await Promise.race([this.#woken(), quiet]);
    } finally {
      stop.abort();
      quiet.catch(() => {});
    }
  }

  #silence(events, timeout) {
    const said = `no reply from ${this.#name} within ${timeout} ms`;
    const discards = events.filter((event) => event.event === "discarded");
    if (discards.length) return `${said}: ${tell(discards)}`;
    if (ofClient(events, this.address).some((event) => event.event === "delivered")) {
      return `${said}: the packet was delivered, and no destination has answered it`;
    }
    return `${said}; nothing was discarded. There were: ${summary(events)}`;
  }
}

// The story of a client's packets: what names it or their tags, and the calls of the batches they joined.
function ofClient(events, remote) {
  const [tags, batches] = [new Set(), new Set()];
  return events.filter((event) => {
    if (event.remote === remote && event.tag) tags.add(event.tag);
    if (tags.has(event.tag) && event.batch) batches.add(event.batch);
    return event.remote === remote || tags.has(event.tag) || (!event.tag && batches.has(event.batch));
  });
}

// The discards of a client's packets, when none of its others may still be answered. What had its answer is over: an
// earlier packet of this client, or of another whose port it got.
function deadEnd(events, remote) {
  const story = ofClient(events, remote);
  const key = ({ tag, batch }) => `${tag} ${batch}`;
  const over = new Set(story.filter(({ event }) => event === "discarded" || event === "replied").map(key));
  const underWay = story.some((event) => event.event === "queued" && !over.has(key(event)));
  return underWay ? [] : story.filter(({ event }) => event === "discarded");
}

const tell = (discards) =>
  discards.map(({ reason, text, remedy }) => [`[${reason}]`, text, remedy].filter(Boolean).join(" ")).join("\n");

function summary(events) {
  const counts = new Map();
  for (const { event, reason } of events) {
    const kind = reason ? `${event} [${reason}]` : event;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} × ${kind}`).join(", ") || "no events";
}
