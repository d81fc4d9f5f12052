import type { Node } from "node-red";
import { type BrokerSettings, eachHost } from "../lib/amqp/settings.js";
import { configError } from "../lib/settings.js";
import type { BrokerNode, ImportClientNode, UsedQueues } from "./registry.js";

interface Use {
  client: ImportClientNode;
  /** Where it sends to, and what it reads (`placesOf`). */
  send: readonly string[];
  receive: readonly string[];
  queue: string;
}

/** By user's node id, over every broker of this runtime. */
const uses = new Map<string, Use>();

/**
 * Notes that a node uses queues for its client. Test and production may run side by side only with different queues (faq
 * client 4). Throws SW-CONFIG with both clients' names when the other environment uses one of them already, or when the
 * broker belongs to a client of the other environment; and as `assertNoLoop`.
 */
export function useQueues(user: Node, client: ImportClientNode, broker: BrokerNode, queues: UsedQueues): void {
  const { owner } = broker;
  if (owner?.settings && differs(owner, client)) throw mixed(nameOf(broker), client, owner);
  const send = placesOf(broker.settings, { send: queues.send, exchange: queues.exchange });
  const receive = placesOf(broker.settings, { receive: queues.receive });
  const places = [...send, ...receive];
  for (const [id, other] of uses) {
    if (id === user.id || !differs(other.client, client)) continue;
    if (places.some((place) => other.send.includes(place) || other.receive.includes(place))) {
      throw mixed(queues.send ?? queues.receive ?? "", client, other.client);
    }
  }
  uses.set(user.id, { client, send, receive, queue: queues.send ?? queues.receive ?? "" });
  assertNoLoop(user);
}

/**
 * A declaration that goes to a queue which is read here comes back as a receipt that nobody knows: it never leaves, and is called sent. Throws
 * SW-CONFIG for the node that sends there, and for the one that reads.
 */
export function assertNoLoop(user: Node): void {
  const own = uses.get(user.id);
  if (!own) return;
  for (const { send, receive } of uses.values()) {
    if (!own.send.some((place) => receive.includes(place)) && !own.receive.some((place) => send.includes(place)))
      continue;
    throw configError(
      "queue",
      `发送队列和接收队列不能相同：${own.queue}`,
      `the send queue and the receive queue must not be the same: ${own.queue}`,
    );
  }
}

export function leaveQueues(user: Node): void {
  uses.delete(user.id);
}

/** A queue's address on each of the broker's hosts; an exchange's queues are known by their routing key only. */
function placesOf(settings: BrokerSettings, { send, receive, exchange = "" }: UsedQueues): string[] {
  const queues = [send && `${exchange} ${send}`, receive && ` ${receive}`].filter(Boolean);
  return eachHost(settings).flatMap(({ host, port, vhost }) =>
    queues.map((queue) => `${host.toLowerCase()}:${port}/${vhost} ${queue}`),
  );
}

function differs(one: ImportClientNode, other: ImportClientNode): boolean {
  return one.settings?.environment !== other.settings?.environment;
}

function nameOf(node: Node): string {
  return node.name || node.id;
}

function mixed(what: string, client: ImportClientNode, other: ImportClientNode) {
  const [mine, theirs] = [client, other].map((node) => `${nameOf(node)} (${node.settings?.environment})`);
  return configError(
    "environment",
    `测试环境和正式环境不能共用 ${what}：${mine}，${theirs}`,
    `test and production share ${what}: ${mine}, ${theirs}`,
  );
}
