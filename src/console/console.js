// The console: one page over the sandbox's documented routes (docs/API.md) and its AWS services.
// Everything shown was sent by strangers: it goes into the page as text, never as markup.

const $ = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Control characters, and what turns the direction of text, are shown and not obeyed.
function visible(text) {
  return String(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (c) => ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

// --- the sandbox ---------------------------------------------------------------------------------

async function ask(route, body) {
  const answer = await fetch(route, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error ?? json.message ?? answer.statusText);
  return json;
}

const scope = (service, region) =>
  `AWS4-HMAC-SHA256 Credential=console/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

async function sqs(region, operation, params) {
  const answer = await fetch("/", {
    method: "POST",
    headers: {
      "X-Amz-Target": `AmazonSQS.${operation}`,
      "Content-Type": "application/x-amz-json-1.0",
      Authorization: scope("sqs", region),
    },
    body: JSON.stringify(params),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.message ?? answer.statusText);
  return json;
}

async function query(service, region, action, version, params = {}) {
  const answer = await fetch("/", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: scope(service, region) },
    body: new URLSearchParams({ Action: action, Version: version, ...params }),
  });
  const xml = new DOMParser().parseFromString(await answer.text(), "application/xml");
  if (!answer.ok) throw new Error(xml.querySelector("Message")?.textContent ?? answer.statusText);
  return xml;
}

async function logs(region, operation, params) {
  const answer = await fetch("/", {
    method: "POST",
    headers: {
      "X-Amz-Target": `Logs_20140328.${operation}`,
      "Content-Type": "application/x-amz-json-1.1",
      Authorization: scope("logs", region),
    },
    body: JSON.stringify(params),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.message ?? answer.statusText);
  return json;
}

// The journal as it grows. After a break it goes on where it was.
class JournalReader {
  constructor(take, tell) {
    this.after = 0;
    this.take = take;
    this.tell = tell;
  }

  async run() {
    for (;;) {
      try {
        await this.read();
        this.tell("the sandbox ended the stream; trying again", true);
      } catch (error) {
        this.tell(`no connection: ${error.message}`, true);
      }
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  }

  async read() {
    const answer = await fetch(`journal?follow=1&rate=${MOST_EVENTS}&after=${this.after}`);
    if (!answer.ok) throw new Error(answer.statusText);
    this.tell("live", false);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (!line) continue;
        const event = JSON.parse(line);
        if (event.seq) this.after = event.seq;
        this.take(event);
      }
    }
  }
}

// Of a flood the sandbox tells so many events a second one by one, and of the others how many there were; discards and
// warnings it tells always.
const MOST_EVENTS = 10_000;

// --- packets -------------------------------------------------------------------------------------

const MOST_PACKETS = 20_000;

const names = new Map(); // of listeners: generated → logical id
const packets = []; // the oldest first
const byTag = new Map();
const byBatch = new Map(); // tags that wait for what becomes of their batch
const counts = { packets: 0, discarded: 0, bytes: 0, skipped: 0 };
const perListener = new Map();

function listenerName(name) {
  return names.get(name) ?? name ?? "";
}

function packetOf(event) {
  let packet = byTag.get(event.tag);
  if (!packet) {
    packet = { tag: event.tag, at: event.at, listener: "", remote: "", size: 0, head: "", outcome: "", level: "" };
    packets.push(packet);
    byTag.set(event.tag, packet);
    if (packets.length > MOST_PACKETS) byTag.delete(packets.shift().tag);
  }
  return packet;
}

// What a payload's first bytes say, as far as it is text.
function headText(hex, size) {
  const bytes = new Uint8Array((hex ?? "").match(/../g)?.map((digits) => parseInt(digits, 16)) ?? []);
  const text = new TextDecoder("utf-8").decode(bytes);
  const odd = [...text].filter((c) => (c < " " && !"\n\r\t".includes(c)) || c === "\ufffd").length;
  const shown = odd > text.length / 4 ? (hex.match(/../g) ?? []).join(" ") : `"${visible(text)}"`;
  return shown + (size > bytes.length ? " …" : "");
}

const told = (packet, outcome, level = "") => Object.assign(packet, { outcome, level });

const OUTCOMES = {
  received(packet, event) {
    counts.packets += 1;
    counts.bytes += event.size ?? 0;
    perListener.set(event.listener, (perListener.get(event.listener) ?? 0) + 1);
    Object.assign(packet, {
      listener: event.listener,
      remote: event.remote,
      size: event.size ?? 0,
      head: event.head ?? "",
    });
  },
  sourced(packet, event) {
    Object.assign(packet, {
      listener: event.listener ?? "",
      remote: event.remote ?? "",
      size: event.size ?? 0,
      head: event.head ?? "",
    });
    told(packet, "sourced");
  },
  queued(packet, event) {
    if (event.batch) byBatch.set(event.batch, [...(byBatch.get(event.batch) ?? []), packet]);
    told(packet, `→ ${event.destination}`);
  },
  sent(packet, event) {
    if (!packet.listener)
      Object.assign(packet, { listener: event.listener, remote: event.remote, size: event.size, head: event.head });
    packet.way ??= packet.outcome;
    told(packet, `⇒ ${headText(event.head, event.size)} ${event.size ?? 0} B  ${packet.way}`, "good");
  },
  discarded(packet, event) {
    counts.discarded += 1;
    if (!packet.listener)
      Object.assign(packet, { listener: event.listener ?? "", remote: event.remote ?? "", size: event.size ?? 0 });
    told(packet, `✗ ${event.reason}`, "bad");
  },
};
OUTCOMES.captured = OUTCOMES.sent;

function takeEvent(event) {
  if (event.skipped) {
    counts.packets += event.packets;
    counts.bytes += event.bytes;
    counts.skipped += event.packets;
    return list.changed();
  }
  if (event.forgotten) return notice(`${event.forgotten} events were forgotten before they were read`, "warn");
  if (["warning", "internal-error", "would-be-denied"].includes(event.event)) {
    return notice(event.text, event.event === "internal-error" ? "bad" : "warn", event);
  }
  // What no packet came of (a publish that no region gets) has a reason, too.
  if (event.event === "discarded" && !event.tag) {
    counts.discarded += 1;
    return notice(`✗ ${event.reason}: ${event.text ?? ""} ${event.remedy}`, "bad", event);
  }
  if (event.tag && OUTCOMES[event.event]) OUTCOMES[event.event](packetOf(event), event);
  if (event.event === "delivered" && event.batch) {
    for (const packet of byBatch.get(event.batch) ?? []) {
      if (packet.level !== "good") told(packet, `${packet.outcome} ✓ ${event.took_ms ? `${event.took_ms} ms` : ""}`);
    }
    byBatch.delete(event.batch);
  }
  list.changed();
}

function notice(text, level, event = {}) {
  packets.push({
    at: event.at ?? "",
    listener: event.event ?? "",
    remote: "",
    size: 0,
    head: "",
    text,
    outcome: "",
    level,
    event,
  });
  if (packets.length > MOST_PACKETS) byTag.delete(packets.shift().tag);
  list.changed();
}

// Only the rows in sight are elements of the page, however many there are.
class List {
  constructor(frame, body) {
    this.frame = frame;
    this.body = body;
    this.shown = [];
    this.selected = null;
    this.dirty = true;
    frame.addEventListener("scroll", () => this.changed(false));
    frame.addEventListener("click", (click) => {
      const row = click.target.closest(".row");
      if (row) this.select(this.shown[Number(row.dataset.index)]);
    });
    new ResizeObserver(() => this.changed(false)).observe(frame);
  }

  changed(content = true) {
    this.dirty ||= content;
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  }

  matches(packet) {
    if ($("only-discards").checked && !["bad", "warn"].includes(packet.level)) return false;
    const wanted = $("filter").value.trim().toLowerCase();
    if (!wanted) return true;
    const fields = [packet.tag, listenerName(packet.listener), packet.remote, packet.outcome, packet.text];
    const text = [...fields, headText(packet.head, packet.size)].join(" ");
    return wanted.split(/\s+/).every((word) => text.toLowerCase().includes(word));
  }

  draw() {
    const height = 22;
    if (this.dirty) this.shown = packets.filter((packet) => this.matches(packet));
    this.dirty = false;
    this.body.style.height = `${this.shown.length * height}px`;
    if ($("follow").checked) this.frame.scrollTop = this.frame.scrollHeight;
    const first = Math.max(0, Math.floor(this.frame.scrollTop / height) - 5);
    const last = Math.min(this.shown.length, first + Math.ceil(this.frame.clientHeight / height) + 10);
    this.body.replaceChildren(
      ...this.shown.slice(first, last).map((packet, i) => this.row(packet, first + i, height)),
    );
    const summed = counts.skipped ? `, ${counts.skipped} of a flood not listed` : "";
    $("counts").textContent =
      `${counts.packets} packets, ${counts.discarded} discarded, ${this.shown.length} shown${summed}`;
  }

  row(packet, index, height) {
    const cells =
      packet.text === undefined
        ? [
            packet.at.slice(11, 23),
            packet.tag,
            listenerName(packet.listener),
            packet.remote,
            `${packet.size} B`,
            headText(packet.head, packet.size),
            packet.outcome,
          ]
        : [packet.at.slice(11, 23), "", packet.listener, "", "", packet.text, ""];
    const row = make(
      "div",
      { className: `row ${packet.level}`, role: "option" },
      ...cells.map((text) => make("span", { textContent: visible(text ?? ""), title: visible(text ?? "") })),
    );
    row.style.top = `${index * height}px`;
    row.dataset.index = index;
    row.setAttribute("aria-selected", packet === this.selected);
    return row;
  }

  select(packet) {
    if (!packet) return;
    this.selected = packet;
    $("follow").checked = false;
    this.changed(false);
    tellStory(packet);
  }

  move(by) {
    const at = this.shown.indexOf(this.selected);
    const next = at < 0 ? this.shown.length - 1 : Math.min(this.shown.length - 1, Math.max(0, at + by));
    this.select(this.shown[next]);
    const top = next * 22;
    if (top < this.frame.scrollTop) this.frame.scrollTop = top;
    if (top + 22 > this.frame.scrollTop + this.frame.clientHeight)
      this.frame.scrollTop = top + 22 - this.frame.clientHeight;
  }
}

const list = new List($("list"), $("rows"));

// --- a packet's story -----------------------------------------------------------------------------

async function tellStory(packet) {
  const story = $("story");
  if (packet.text !== undefined) {
    return story.replaceChildren(
      make("h2", { textContent: packet.listener }),
      make("pre", { textContent: visible(packet.text) }),
    );
  }
  const answer = await fetch(`journal?tag=${encodeURIComponent(packet.tag)}`);
  const events = (await answer.text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((event) => event.seq);
  if (list.selected !== packet) return;
  const start = Date.parse(events[0]?.at);
  const whole = Math.max(1, Date.parse(events.at(-1)?.at) - start);
  const bytes = packet.head.match(/../g) ?? [];
  const isWhole = bytes.length === packet.size;
  story.replaceChildren(
    make("h2", { textContent: `${packet.tag}  ${listenerName(packet.listener)}` }),
    ...events.map((event) => eventLine(event, Date.parse(event.at) - start, whole)),
    make("h3", { textContent: isWhole ? "payload" : `payload, the first ${bytes.length} of ${packet.size} bytes` }),
    make("pre", {
      textContent: visible(new TextDecoder().decode(new Uint8Array(bytes.map((digits) => parseInt(digits, 16))))),
    }),
    make("pre", { className: "dump", textContent: hexDump(bytes) }),
    make("h3", { textContent: "again" }),
    make("pre", { textContent: `loopgate send ${listenerName(packet.listener)} --hex ${bytes.join("") || '""'}` }),
    make("pre", {
      textContent: `- send: {from: phone, to: ${listenerName(packet.listener)}, hex: "${bytes.join(" ")}"}`,
    }),
    make("button", {
      type: "button",
      textContent: "resend",
      disabled: !isWhole,
      onclick: () => resend(packet, bytes),
    }),
  );
}

function eventLine(event, offset, whole) {
  const level = { discarded: "bad", sent: "good", captured: "good" }[event.event] ?? "";
  const parts = [
    event.destination,
    event.subject,
    event.remote,
    event.count && `×${event.count}`,
    event.size !== undefined && `${event.size} B`,
    event.took_ms && `${event.took_ms} ms`,
    event.text,
  ].filter(Boolean);
  const what = make("div", { className: "what", textContent: parts.map(visible).join("  ") });
  if (event.reason) {
    what.append(
      make("div", { className: "bad", textContent: event.reason }),
      make("div", { textContent: event.remedy }),
    );
  }
  const bar = make("div", { className: "bar-of" });
  const width = Math.min(100, (100 * (event.took_ms ?? 0)) / whole);
  bar.style.width = `${width}%`;
  bar.style.marginLeft = `${Math.max(0, Math.min(100 - width, (100 * offset) / whole - width))}%`;
  what.append(bar);
  return make(
    "div",
    { className: "event" },
    make("span", { className: "at", textContent: `+${offset} ms` }),
    make("span", { className: level, textContent: event.event }),
    what,
  );
}

function hexDump(bytes) {
  const lines = [];
  for (let i = 0; i < bytes.length; i += 16) {
    const part = bytes.slice(i, i + 16);
    const text = part
      .map((digits) => parseInt(digits, 16))
      .map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : "."))
      .join("");
    lines.push(`${i.toString(16).padStart(4, "0")}  ${part.join(" ").padEnd(47)}  ${text}`);
  }
  return lines.join("\n") || "(empty)";
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

async function resend(packet, digits) {
  await ask("inject", {
    listener: packet.listener,
    datagrams: [{ from: packet.remote, data: base64(digits.map((pair) => parseInt(pair, 16))) }],
  });
  $("follow").checked = true;
}

// --- the stack ------------------------------------------------------------------------------------

let info = null;

function table(heads, rows) {
  return make(
    "table",
    {},
    make("tr", {}, ...heads.map((text) => make("th", { textContent: text }))),
    ...rows.map((cells) =>
      make(
        "tr",
        {},
        ...cells.map((cell) =>
          cell instanceof Node
            ? make("td", {}, cell)
            : make("td", { className: "code", textContent: visible(cell ?? "") }),
        ),
      ),
    ),
  );
}

async function learn() {
  info = await ask("info");
  names.clear();
  for (const stack of Object.values(info.stacks)) {
    for (const [id, listener] of Object.entries(stack.listeners)) names.set(listener.name, id);
  }
  const listeners = Object.entries(info.stacks).flatMap(([name, stack]) =>
    Object.keys(stack.listeners).map((id) => `${name}/${id}`),
  );
  options($("send-form").elements.listener, listeners);
  options($("publish-form").elements.region, info.regions);
  const topics = await query("sns", info.regions[0], "ListTopics", "2010-03-31").catch(() => null);
  options(
    $("publish-form").elements.topic,
    [...(topics?.querySelectorAll("TopicArn") ?? [])].map((arn) => arn.textContent),
  );
}

function options(select, values) {
  const chosen = select.value;
  select.replaceChildren(...values.map((value) => make("option", { value, textContent: visible(value) })));
  if (values.includes(chosen)) select.value = chosen;
}

async function showStack() {
  const wanted = $("stack");
  await learn();
  const region = info.regions[0];
  const cards = Object.entries(info.stacks).map(([name, stack]) => stackCard(name, stack));
  cards.push(
    ...(
      await Promise.all(
        [peersCard(), queuesCard(region), topicsCard(region), logsCard(region)].map((card) =>
          card.catch((error) => make("div", { className: "card bad", textContent: visible(error.message) })),
        ),
      )
    ).filter(Boolean),
  );
  wanted.replaceChildren(...cards);
}

function stackCard(name, stack) {
  const listeners = Object.entries(stack.listeners).map(([id, listener]) => [
    id,
    listener.protocol,
    Object.entries(listener.addresses)
      .map(([at, address]) => `${address} ${at}`)
      .join("\n"),
    `${perListener.get(listener.name) ?? 0} packets`,
  ]);
  const outputs = Object.entries(stack.outputs).map(([key, value]) => [key, value, stack.local[key] ?? ""]);
  return make(
    "div",
    { className: "card" },
    make(
      "h2",
      { textContent: `${visible(name)} ` },
      make("small", { className: "faint", textContent: stack.status }),
    ),
    ...stack.warnings.map((text) => make("p", { className: "warn", textContent: visible(text) })),
    listeners.length ? table(["listener", "protocol", "address", "seen here"], listeners) : null,
    outputs.length ? table(["output", "value", "here"], outputs) : null,
  );
}

async function peersCard() {
  const { peers } = await ask("peers");
  if (!peers.length) return null;
  return make(
    "div",
    { className: "card" },
    make("h2", { textContent: "WireGuard peers" }),
    table(
      ["listener", "peer", "session", "endpoint", "age", "next", "received", "sent"],
      peers.map((peer) => [
        listenerName(peer.listener),
        peer.named || peer.peer,
        peer.session,
        peer.endpoint,
        peer.age_s && `${Math.round(peer.age_s)} s`,
        peer.next && `${peer.next} in ${Math.round(peer.next_in_s)} s`,
        `${peer.rx_packets} / ${peer.rx_bytes} B`,
        `${peer.tx_packets} / ${peer.tx_bytes} B`,
      ]),
    ),
  );
}

async function queuesCard(region) {
  const { QueueUrls = [] } = await sqs(region, "ListQueues", {});
  if (!QueueUrls.length) return null;
  const rows = await Promise.all(
    QueueUrls.slice(0, 200).map(async (QueueUrl) => {
      const { Attributes } = await sqs(region, "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
      const look = make("button", { type: "button", textContent: "look" });
      const into = make("div");
      look.onclick = async () => {
        const answer = await fetch(`/_aws/sqs/messages?QueueUrl=${encodeURIComponent(QueueUrl)}`, {
          headers: { Accept: "application/json" },
        });
        const { Messages } = await answer.json();
        const texts = Messages.map((message) => JSON.stringify(message, null, 2).split("\n").map(visible).join("\n"));
        into.replaceChildren(make("pre", { textContent: texts.join("\n") || "(empty)" }));
      };
      return [
        QueueUrl.split("/").pop(),
        Attributes.ApproximateNumberOfMessages,
        Attributes.ApproximateNumberOfMessagesNotVisible,
        Attributes.ApproximateNumberOfMessagesDelayed,
        make("div", {}, look, into),
      ];
    }),
  );
  return make(
    "div",
    { className: "card" },
    make("h2", { textContent: "Queues" }),
    table(["queue", "waiting", "in flight", "delayed", "without receiving"], rows),
  );
}

async function topicsCard(region) {
  const xml = await query("sns", region, "ListSubscriptions", "2010-03-31");
  const text = (member, name) => member.querySelector(name)?.textContent ?? "";
  const subscriptions = [...xml.querySelectorAll("Subscriptions > member")].slice(0, 200);
  if (!subscriptions.length) return null;
  const rows = await Promise.all(
    subscriptions.map(async (member) => {
      const SubscriptionArn = text(member, "SubscriptionArn");
      const attributes = SubscriptionArn.startsWith("arn:")
        ? await query("sns", region, "GetSubscriptionAttributes", "2010-03-31", { SubscriptionArn })
        : null;
      const entry = [...(attributes?.querySelectorAll("entry") ?? [])].find(
        (each) => text(each, "key") === "FilterPolicy",
      );
      return [
        text(member, "TopicArn").split(":").pop(),
        text(member, "Protocol"),
        text(member, "Endpoint"),
        entry ? text(entry, "value") : "all",
      ];
    }),
  );
  return make(
    "div",
    { className: "card" },
    make("h2", { textContent: "Subscriptions" }),
    table(["topic", "protocol", "endpoint", "filter"], rows),
  );
}

async function logsCard(region) {
  const { logGroups } = await logs(region, "DescribeLogGroups", {});
  if (!logGroups.length) return null;
  const rows = logGroups.map(({ logGroupName }) => {
    const read = make("button", { type: "button", textContent: "read" });
    const into = make("div");
    read.onclick = async () => {
      const { events } = await logs(region, "FilterLogEvents", { logGroupName, limit: 200 });
      into.replaceChildren(
        make("pre", {
          textContent: events.map((event) => visible(event.message.trimEnd())).join("\n") || "(nothing)",
        }),
      );
    };
    return [logGroupName, make("div", {}, read, into)];
  });
  return make("div", { className: "card" }, make("h2", { textContent: "Logs" }), table(["group", "events"], rows));
}

// --- try ------------------------------------------------------------------------------------------

let lastCaptured = 0;

async function followAnswers() {
  for (;;) {
    try {
      const { last, datagrams } = await ask(`captured?after=${lastCaptured}&wait_ms=20000`);
      for (const datagram of datagrams) {
        const bytes = [...atob(datagram.data)].map((c) => c.charCodeAt(0));
        const text =
          `${datagram.at.slice(11, 23)} ${datagram.listener && listenerName(datagram.listener)} → ${datagram.to}  ` +
          `${bytes.length} B ${headText(
            bytes
              .slice(0, 64)
              .map((b) => b.toString(16).padStart(2, "0"))
              .join(""),
            bytes.length,
          )}`;
        $("answers").prepend(make("li", { textContent: text }));
        while ($("answers").childElementCount > 50) $("answers").lastElementChild.remove();
      }
      lastCaptured = datagrams.at(-1)?.seq ?? last;
    } catch {
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  }
}

// Runs what a form asks for, and says what went wrong beside it.
function onSubmit(id, output, act) {
  $(id).addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const fields = submit.target.elements;
    try {
      $(output).textContent = (await act(fields)) ?? "";
      $(output).className = "";
    } catch (error) {
      $(output).textContent = visible(error.message);
      $(output).className = "bad";
    }
  });
}

onSubmit("send-form", "state", async (fields) => {
  const digits = fields.payload.value.replace(/\s/g, "");
  if (fields.form.value === "hex" && !/^([0-9a-f]{2})*$/i.test(digits)) throw new Error("the payload is not hex");
  const bytes =
    fields.form.value === "hex"
      ? (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16))
      : [...new TextEncoder().encode(fields.payload.value)];
  await ask("inject", {
    listener: fields.listener.value,
    datagrams: [{ from: fields.from.value, data: base64(bytes) }],
  });
  return "sent";
});

onSubmit("publish-form", "published", async (fields) => {
  const port = Number(fields.port.value);
  if (!Number.isInteger(port)) throw new Error("the port is not a number");
  const message = JSON.stringify({
    Messages: [
      {
        Remote: { Address: fields.address.value, Port: port },
        Formatter: fields.formatter.value,
        Data: fields.data.value,
      },
    ],
  });
  const attributes = fields["with-region"].checked ? { EgressRegion: fields.region.value } : {};
  const { message_id } = await ask("publish", { topic: fields.topic.value, message, attributes });
  return `published ${message_id}; see Packets for what became of it`;
});

onSubmit("reset-form", "was-reset", async () => {
  await ask("reset", { keep_stacks: true });
  packets.length = 0;
  byTag.clear();
  byBatch.clear();
  list.changed();
  return "forgotten";
});

for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      showTime(await ask("clock", { advance: button.dataset.advance }));
    } catch (error) {
      tellState(error.message, true);
    } finally {
      button.disabled = false;
    }
  });
}

// --- the frame ------------------------------------------------------------------------------------

let ahead = "";
let offset = 0; // of the sandbox's clock to ours, ms

function showTime(clock) {
  offset = Date.parse(clock.now) - Date.now();
  ahead = clock.ahead && clock.ahead !== "0s" ? ` (${clock.ahead} ahead)` : "";
}

function tellState(text, isBad) {
  $("state").textContent = visible(text);
  $("state").className = isBad ? "bad" : "";
}

const TABS = ["packets", "stack", "try"];

function open(name) {
  for (const each of TABS) {
    $(each).hidden = each !== name;
    $(`tab-${each}`).setAttribute("aria-selected", each === name);
  }
  if (location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
  if (name === "stack") showStack().catch((error) => tellState(error.message, true));
  if (name === "try") learn().catch((error) => tellState(error.message, true));
  if (name === "packets") list.changed(false);
}

for (const name of TABS) $(`tab-${name}`).addEventListener("click", () => open(name));
addEventListener("hashchange", () => open(TABS.find((name) => location.hash === `#${name}`) ?? "packets"));

addEventListener("keydown", (press) => {
  const writes = /^(input|select|textarea)$/i.test(document.activeElement?.tagName ?? "");
  if (press.key === "Escape") return document.activeElement?.blur();
  if (writes || press.ctrlKey || press.metaKey || press.altKey) return;
  const keys = {
    1: () => open("packets"),
    2: () => open("stack"),
    3: () => open("try"),
    "/": () => $("filter").focus(),
    j: () => list.move(1),
    ArrowDown: () => list.move(1),
    k: () => list.move(-1),
    ArrowUp: () => list.move(-1),
    f: () => $("follow").click(),
  };
  if (!keys[press.key]) return;
  press.preventDefault();
  keys[press.key]();
});

for (const id of ["filter", "only-discards", "follow"]) $(id).addEventListener("input", () => list.changed());
$("filter-form").addEventListener("submit", (submit) => submit.preventDefault());
$("forget").addEventListener("click", () => {
  packets.length = 0;
  byTag.clear();
  list.changed();
});

setInterval(() => {
  $("now").textContent = new Date(Date.now() + offset).toISOString().slice(0, 19) + "Z" + ahead;
}, 250);

async function begin() {
  open(TABS.find((name) => location.hash === `#${name}`) ?? "packets");
  const health = await ask("health").catch(() => ({}));
  $("version").textContent = health.version ?? "";
  showTime(await ask("clock"));
  await learn();
  lastCaptured = (await ask("captured?after=0&wait_ms=0").catch(() => ({ last: 0 }))).last ?? 0;
  followAnswers();
}

begin().catch((error) => tellState(error.message, true));
new JournalReader(takeEvent, tellState).run();
