import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type ChannelModel, connect } from "amqplib";
import { closeWithin } from "../amqp/channels.js";
import { brokerFault } from "../amqp/faults.js";
import { Handshake, type ServerFacts } from "../amqp/handshake.js";
import { amqpOptions, type BrokerSettings, eachHost, maskedUrl, socketOptions } from "../amqp/settings.js";
import { checkClock } from "./clock.js";
import { checkName } from "./dns.js";
import { checkQueue, type TestedQueue } from "./queue.js";
import { type BrokerTime, makeRoundTrip } from "./round-trip.js";
import { askBroker, type Finding, type Step } from "./step.js";
import { checkLine, openLine } from "./tcp.js";
import { checkTls, named, openTls } from "./tls.js";

/** Longest wait for one answer of a broker that has let us in, in milliseconds. */
const ASK_LIMIT = 5000;
/** A server that asks for a client certificate says so with its first answer only (TLS 1.3). */
const FIRST_ANSWER = 1500;

export interface BrokerReport {
  steps: Step[];
  /** What the broker said of itself, of the first host that answered. */
  server?: ServerFacts;
}

/**
 * The connection test of faq 12, for each host at the same time: name, line, TLS, greeting, login, virtual host, queues,
 * round trip, clock; one after the other, each timed, until one fails. Up to the virtual host all of it has one connect
 * timeout, as the connection itself has. It uses connections of its own, makes no queue but a private one and takes nothing
 * out of any other.
 */
export async function testBroker(settings: BrokerSettings, queues: readonly TestedQueue[]): Promise<BrokerReport> {
  const hosts = eachHost(settings);
  const reports = await Promise.all(
    hosts.map((one) => testHost(one, queues, hosts.length > 1 ? ` ${one.host}:${one.port}` : "")),
  );
  const server = reports.find((report) => report.server)?.server;
  return { steps: reports.flatMap(({ steps }) => steps), ...(server && { server }) };
}

async function testHost(
  settings: BrokerSettings,
  queues: readonly TestedQueue[],
  where: string,
): Promise<BrokerReport> {
  const steps: Step[] = [];
  const end = performance.now() + settings.connectTimeout * 1000;
  const left = () => Math.max(end - performance.now(), 500);
  const take = async (name: string, work: () => Promise<Finding>, limit = left()) => {
    const step = await askBroker(`${name}${where}`, work, limit);
    steps.push(step);
    return step.ok;
  };
  let line: Socket | TLSSocket | undefined;
  let server: ServerFacts | undefined;
  const letIn = async (): Promise<boolean> => {
    if (!(await take("dns", () => checkName(settings)))) return false;
    const socket = openLine(settings);
    line = socket;
    if (!(await take("tcp", () => checkLine(socket, settings)))) return false;
    let hands: Handshake | undefined;
    let greeting: Promise<ServerFacts> | undefined;
    if (settings.tls) {
      const secure = await take("tls", async () => {
        const secured = openTls(socket, settings);
        line = secured;
        const finding = await checkTls(secured, settings);
        hands = new Handshake(secured);
        greeting = hands.greet();
        await Promise.race([greeting, pause(FIRST_ANSWER)]).catch((error) => {
          if (brokerFault(error).startsWith("tls")) throw named(error, settings);
        });
        return finding;
      });
      if (!secure) return false;
    }
    const shaking = hands ?? new Handshake(socket);
    greeting ??= shaking.greet();
    const facts = greeting;
    facts.catch(() => undefined);
    const greeted = await take("amqp", async () => {
      server = await facts;
      const said = [`${server.product} ${server.version}`, server.platform, server.cluster].filter(Boolean).join(", ");
      return { text: { zh: said, en: said } };
    });
    if (!greeted) return false;
    const { user, password, vhost, connectionName } = settings;
    const loggedIn = await take("login", async () => {
      await shaking.login(user, password, connectionName);
      return { text: { zh: `登录成功：${user}`, en: `logged in as ${user}` } };
    });
    if (!loggedIn) return false;
    return take("vhost", async () => {
      await shaking.open(vhost);
      await Promise.race([shaking.close(), pause(ASK_LIMIT)]);
      return { text: { zh: `已打开 ${maskedUrl(settings)}`, en: `opened ${maskedUrl(settings)}` } };
    });
  };
  const inside = await letIn();
  line?.destroy();
  if (inside) await testInside(settings, queues, take);
  return { steps, ...(server && { server }) };
}

/** What can only be asked after the login. Ends with the first question that gets no answer at all. */
async function testInside(
  settings: BrokerSettings,
  queues: readonly TestedQueue[],
  take: (name: string, work: () => Promise<Finding>, limit: number) => Promise<boolean>,
): Promise<void> {
  let connection: ChannelModel | undefined;
  let lost = false;
  const opening = connect(amqpOptions(settings), socketOptions(settings)).then((opened) => {
    opened.on("error", () => {});
    opened.on("close", () => {
      lost = true;
    });
    connection = opened;
    return opened;
  });
  opening.catch(() => undefined);
  const ask = async (name: string, work: (opened: ChannelModel) => Promise<Finding>) => {
    if (lost) return false;
    const begun = performance.now();
    const ok = await take(name, async () => work(await opening), ASK_LIMIT);
    // An answer that never comes to one question comes to none.
    if (!ok && performance.now() - begun >= ASK_LIMIT - 50) lost = true;
    return ok;
  };
  try {
    for (const queue of queues) await ask(`queue ${queue.name}`, (opened) => checkQueue(opened, queue));
    let time: BrokerTime | undefined;
    const back = await ask("round-trip", async (opened) => {
      const trip = await makeRoundTrip(opened);
      time = trip.time;
      return trip.finding;
    });
    if (back) await take("clock", async () => checkClock(time), ASK_LIMIT);
  } finally {
    // One that comes too late is closed as well.
    if (connection) await closeWithin(connection, 1000);
    else opening.then((late) => closeWithin(late, 1000)).catch(() => undefined);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
