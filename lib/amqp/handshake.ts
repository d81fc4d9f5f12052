import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { messageOf } from "../errors.js";
import { BrokerTrouble, brokerFault } from "./faults.js";
import { type BrokerSettings, tlsOptions } from "./settings.js";

/** What a broker says of itself before the login. */
export interface ServerFacts {
  product: string;
  version: string;
  platform: string;
  cluster: string;
}

const FRAME_END = 0xce;
/** A greeting has a few hundred bytes. What claims to be larger is no AMQP. */
const LARGEST = 128 * 1024;

const START = 10 * 65536 + 10;
const START_OK = START + 1;
const TUNE = START + 20;
const TUNE_OK = TUNE + 1;
const OPEN = START + 30;
const OPEN_OK = OPEN + 1;
const CLOSE = START + 40;
const CLOSE_OK = CLOSE + 1;

interface Method {
  id: number;
  fields: Buffer;
}

/**
 * The opening of an AMQP 0-9-1 connection (section 2.2.4 of the specification) one step at a time, so that each can be
 * timed and distinguished. amqplib does it in one, and drops what the broker answers to a refused virtual host: missing,
 * not allowed and "too many connections" (faq 6) look the same. Carries no data; time limits are the caller's.
 */
export class Handshake {
  private rest: Buffer = Buffer.alloc(0);
  private readonly methods: Method[] = [];
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private greeted = false;

  constructor(private readonly socket: Duplex) {
    socket.on("data", (bytes: Buffer) => this.receive(bytes));
    socket.on("error", (error) => this.fail(error));
    for (const event of ["end", "close"]) {
      socket.on(event, () =>
        this.fail(
          this.greeted
            ? new Error("the broker closed the connection during the opening handshake")
            : new BrokerTrouble("no-amqp", "closed before the greeting"),
        ),
      );
    }
  }

  /** Sends the protocol header; resolves to what the broker says of itself. */
  async greet(): Promise<ServerFacts> {
    this.socket.write(Buffer.from("AMQP\0\0\x09\x01", "latin1"));
    const start = await this.expect(START);
    this.greeted = true;
    const properties = strings(start.fields.subarray(2));
    const { product, version, platform, cluster_name: cluster } = properties;
    return { product: shown(product), version: shown(version), platform: shown(platform), cluster: shown(cluster) };
  }

  /** SASL PLAIN. Rejects with the broker's words (`ACCESS_REFUSED`) when it says no. */
  async login(user: string, password: string, connectionName: string): Promise<void> {
    const able = Buffer.concat([short("authentication_failure_close"), Buffer.from("t\x01")]);
    const properties = Buffer.concat([
      ...[short("capabilities"), Buffer.from("F"), long(able)],
      ...[short("connection_name"), Buffer.from("S"), long(Buffer.from(connectionName))],
    ]);
    const answer = long(Buffer.from(`\0${user}\0${password}`));
    this.send(START_OK, Buffer.concat([long(properties), short("PLAIN"), answer, short("en_US")]));
    const tune = await this.expect(TUNE);
    const accepted = Buffer.from(tune.fields.subarray(0, 8));
    accepted.writeUInt16BE(0, 6); // No heartbeat: this connection lives for a moment.
    this.send(TUNE_OK, accepted);
  }

  /** Rejects with the broker's words when the virtual host is missing, not ours, or full. */
  async open(vhost: string): Promise<void> {
    this.send(OPEN, Buffer.concat([short(vhost), short(""), Buffer.from([0])]));
    await this.expect(OPEN_OK);
  }

  /** Says goodbye; resolves when the broker has answered, so that the connection no longer counts there. */
  async close(): Promise<void> {
    const reason = Buffer.concat([Buffer.from([0, 200]), short("done"), Buffer.alloc(4)]);
    this.send(CLOSE, reason);
    await this.expect(CLOSE_OK).catch(() => undefined);
    this.socket.destroy();
  }

  private async expect(id: number): Promise<Method> {
    for (;;) {
      const method = this.methods.shift();
      if (method?.id === id) return method;
      if (method?.id === CLOSE) throw closed(method.fields);
      if (method) throw new BrokerTrouble("no-amqp", `unexpected method ${method.id}`);
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private send(id: number, fields: Buffer): void {
    const head = Buffer.alloc(11);
    head.writeUInt8(1, 0);
    head.writeUInt32BE(4 + fields.length, 3);
    head.writeUInt32BE(id, 7);
    this.socket.write(Buffer.concat([head, fields, Buffer.from([FRAME_END])]));
  }

  private receive(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    while (this.rest.length >= 7) {
      const type = this.rest.readUInt8(0);
      const size = this.rest.readUInt32BE(3);
      if (![1, 8].includes(type) || size > LARGEST || this.methods.length > 8) {
        this.fail(new BrokerTrouble("no-amqp", "the answer is no AMQP frame"));
        return;
      }
      if (this.rest.length < size + 8) return;
      const fields = this.rest.subarray(7, 7 + size);
      this.rest = this.rest.subarray(size + 8);
      if (type === 1 && size >= 4) this.methods.push({ id: fields.readUInt32BE(0), fields: fields.subarray(4) });
      this.wake?.();
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }
}

/** What a server says of itself goes into reports: short, and without control characters. */
function shown(text = ""): string {
  return text.replace(/\p{C}/gu, " ").slice(0, 100).trim();
}

/** The broker's own words, in the form that amqplib gives them elsewhere. */
function closed(fields: Buffer): Error {
  const code = fields.readUInt16BE(0);
  const text = fields.subarray(3, 3 + fields.readUInt8(2)).toString("utf8");
  return Object.assign(new Error(`closed by the broker: ${code} with message "${text}"`), { code });
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new BrokerTrouble("vhost", "a name has more than 255 bytes");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function long(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Bytes of the field types of RabbitMQ's tables that have a fixed length. */
const SIZES: Record<string, number> = {
  t: 1,
  b: 1,
  B: 1,
  s: 2,
  u: 2,
  I: 4,
  i: 4,
  f: 4,
  l: 8,
  L: 8,
  T: 8,
  d: 8,
  D: 5,
  V: 0,
};

/** The strings of a field table; what is no string is passed over, and a type that is not known ends the reading. */
function strings(bytes: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  const end = Math.min(4 + bytes.readUInt32BE(0), bytes.length);
  let at = 4;
  while (at + 2 < end) {
    const keyEnd = at + 1 + bytes.readUInt8(at);
    if (keyEnd >= end) break;
    const key = bytes.subarray(at + 1, keyEnd).toString("utf8");
    const type = String.fromCharCode(bytes.readUInt8(keyEnd));
    at = keyEnd + 1;
    const fixed = SIZES[type];
    if (fixed !== undefined) at += fixed;
    else if (!"SFAx".includes(type) || at + 4 > end) break;
    else {
      const size = bytes.readUInt32BE(at);
      if (type === "S") found[key] = bytes.subarray(at + 4, Math.min(at + 4 + size, end)).toString("utf8");
      at += 4 + size;
    }
  }
  return found;
}

/**
 * The broker's own words for an opening that amqplib reports without them: a virtual host that is missing, not allowed, or
 * full (faq 5, 6). Opens once more by hand, and resolves to that refusal; to `error` itself where it says enough.
 */
export async function refusalBehind(error: unknown, settings: BrokerSettings): Promise<unknown> {
  if (!/Expected ConnectionOpenOk/.test(messageOf(error))) return error;
  const { host, port, tls, user, password, vhost, connectionName } = settings;
  const socket = tls ? connectTls({ host, port, ...tlsOptions(settings) }) : connectTcp({ host, port });
  const limit = setTimeout(() => socket.destroy(new Error("no answer in time")), settings.connectTimeout * 1000);
  try {
    await once(socket, tls ? "secureConnect" : "connect");
    const hands = new Handshake(socket);
    await hands.greet();
    await hands.login(user, password, connectionName);
    await hands.open(vhost);
    await hands.close();
    return error;
  } catch (refusal) {
    return brokerFault(refusal) === "closed" ? error : refusal;
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
}
