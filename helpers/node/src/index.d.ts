/** What was expected of the sandbox did not happen; the text says what did. */
export class LoopgateError extends Error {}

export interface StartOptions {
  /** Templates to deploy. */
  templates?: string[];
  /** The program; by default LOOPGATE_BINARY, else `loopgate` of the PATH. */
  binary?: string;
  /** Further arguments of `loopgate up`. */
  args?: string[];
}

/** An event of the journal: docs/API.md has its members. */
export interface JournalEvent {
  seq: number;
  at: string;
  event: string;
  tag?: string;
  batch?: number;
  listener?: string;
  destination?: string;
  region?: string;
  subject?: string;
  remote?: string;
  size?: number;
  count?: number;
  took_ms?: number;
  head?: string;
  text?: string;
  reason?: string;
  remedy?: string;
}

export interface Filters {
  event?: string;
  reason?: string;
  listener?: string;
  /** Only events with a greater `seq`. */
  after?: number;
}

export interface Stack {
  status: string;
  warnings: string[];
  outputs: Record<string, string>;
  local: Record<string, string>;
  listeners: Record<string, { name: string; protocol: string; port: number; addresses: Record<string, string> }>;
}

export interface PublishOptions {
  /** The client's ADDRESS:PORT. */
  to?: string;
  /** By default the sandbox's first region; null leaves the attribute out. */
  egressRegion?: string | null;
  /** WireGuard: the client's public key. */
  peerKey?: string;
  /** Instead of data and `to`: the whole message. */
  message?: unknown;
}

export class Sandbox {
  /** One that runs. */
  constructor(endpoint: string);
  /** Starts one on free ports. */
  static start(options?: StartOptions): Promise<Sandbox>;
  /** Ends it if it was started here. */
  close(): Promise<void>;

  readonly endpoint: string;
  readonly clock: {
    now(): Promise<string>;
    /** Moves it ("3m"); everything due has happened when it resolves. */
    advance(step: string): Promise<string>;
  };

  info(): Promise<{ endpoint: string; account: string; regions: string[]; stacks: Record<string, Stack> }>;
  stacks(): Promise<Record<string, Stack>>;
  /** The name of the only stack. */
  stack(): Promise<string>;
  /** Of all stacks, as the templates have them. */
  outputs(): Promise<Record<string, string>>;
  /** The address here of those outputs that name the vendor's production. */
  local(): Promise<Record<string, string>>;
  /** What `loopgate env` exports. */
  environment(): Promise<Record<string, string>>;
  /** For the AWS SDK: new SQSClient(await loopgate.clientConfig()). */
  clientConfig(): Promise<{
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  }>;

  /** By logical id, STACK/LOGICALID, name or port. */
  listener(name: string, options?: { region?: string }): Listener;
  /** Publishes one packet to a Packet Source's topic; gives the message's id. */
  publish(topic: string, data: string | Uint8Array, options?: PublishOptions): Promise<string>;
  /** The events since the last reset. */
  journal(filters?: Filters & { tag?: string }): Promise<JournalEvent[]>;
  /** The first `count` events that fit since the last reset; waits `within` ms for them. The failure says what did
   * happen. */
  wait(what?: Filters & {
    count?: number;
    within?: number;
    /** ms: also until nothing has happened for so long, and nothing is under way. */
    idle?: number;
  }): Promise<JournalEvent[]>;
  /** Keeps the sandbox's state (stacks, messages, functions, logs, clock) by a name, until it ends. */
  snapshot(name: string): Promise<void>;
  /** Puts it back, in a millisecond or two. */
  restore(name: string): Promise<void>;
  /** Packets as the service bills them since the last reset. */
  bill(listener?: string): Promise<{ billed: number; [kind: string]: any }>;
  /** What happened to packets since the last reset, for people. */
  story(): Promise<string>;
  reset(options?: { keepStacks?: boolean }): Promise<void>;

  /** Any other route of docs/API.md. */
  get(route: string, query?: Record<string, string | number | undefined>): Promise<any>;
  post(route: string, body?: Record<string, unknown>): Promise<any>;
}

export class Listener {
  private constructor();
  readonly name: string;
  /** Sends one datagram and gives the reply, or fails with the reason from the journal. `timeout`: ms, 5000. */
  ask(payload: string | Uint8Array, options?: { timeout?: number }): Promise<Buffer>;
  send(payload: string | Uint8Array): Promise<void>;
  /** A client that sends more than once, or receives what nobody asked for; close it. */
  client(): Promise<Client>;
}

export class Client {
  private constructor();
  /** ADDRESS:PORT, as a Packet Source's `Remote` names it. */
  readonly address: string;
  send(payload: string | Uint8Array): Promise<void>;
  receive(options?: { timeout?: number }): Promise<Buffer>;
  close(): void;
}
