import type { NodeAPI } from "node-red";
import type { TestedCard } from "../../lib/diagnose/card.js";
import {
  type CardSubject,
  type Diagnosis,
  diagnose,
  type Neighbour,
  type Subjects,
  type TestedQueue,
} from "../../lib/diagnose/index.js";
import { settingText } from "../../lib/settings.js";
import { type BrokerNode, brokerNodes, type CardNode, clientNodes } from "../registry.js";
import { clientNow, configNode } from "../runtime.js";

/** Ids of the config nodes to test; what is empty is not tested. */
export interface WantedIds {
  client?: string | undefined;
  broker?: string | undefined;
  card?: string | undefined;
}

/**
 * The self-check over config nodes, for the diagnose node and the route. A node whose settings cannot be used is a failed step. `instead`:
 * a broker or a card that is not deployed as it is to be tested.
 */
export async function runDiagnose(
  RED: NodeAPI,
  { client, broker, card }: WantedIds,
  instead: Pick<Subjects, "broker" | "card"> = {},
): Promise<Diagnosis> {
  return diagnose({
    ...(client && { client: () => clientNow(RED, client), ...ledgerOf(client) }),
    ...(broker && {
      broker: () => {
        const node = configNode<BrokerNode>(RED, broker, "sw-mq-broker");
        return { settings: node.settings, queues: queuesOf(node) };
      },
    }),
    ...(card && { card: cardOf(RED, card) }),
    ...instead,
    neighbours: neighbours(),
    versions: { "Node-RED": await nodeRedVersion(RED) },
  });
}

/** Its type says a text; Node-RED itself gives a function. */
async function nodeRedVersion({ version, settings }: NodeAPI): Promise<string> {
  const asked = typeof version === "function" ? await (version as () => unknown)() : version;
  return String(asked || (settings as { version?: unknown }).version || "?");
}

/** The password goes to the database alone. */
function ledgerOf(client: string): Pick<Subjects, "ledger"> {
  const { settings, credentials } = clientNodes.get(client) ?? {};
  if (!settings) return {};
  return { ledger: { location: settings.ledger, password: settingText(credentials?.ledgerPassword) || undefined } };
}

function cardOf(RED: NodeAPI, id: string): CardSubject {
  const find = () => configNode<CardNode>(RED, id, "sw-card");
  try {
    const node = find();
    return { backend: () => testedCard(node), hasPin: node.hasPin(), needs: node.needs() };
  } catch {
    return { backend: async () => testedCard(find()), hasPin: false };
  }
}

/** What the test reads of it is what the card node knows from then on. */
async function testedCard(node: CardNode): Promise<TestedCard> {
  const card = await node.opened();
  const { kind, state } = card.backend;
  return { kind, state, identity: () => card.identity() };
}

function queuesOf(node: BrokerNode): TestedQueue[] {
  const { send, receive } = node.queues();
  return [
    ...send.map((name) => ({ name, use: "send" as const, own: 0 })),
    ...receive.map((name) => ({ name, use: "receive" as const, own: node.readersHere(name) })),
  ];
}

/** Every import client of this runtime; a broker that names none may be used by any of them. */
function neighbours(): Neighbour[] {
  return [...clientNodes.values()].flatMap(({ id, name = "", settings }) => {
    if (!settings) return [];
    const queues = [...brokerNodes.values()]
      .filter(({ client }) => client === id || client === "")
      .flatMap((broker) => {
        const { host, port, vhost } = broker.settings;
        const { send, receive } = broker.queues();
        return [...send, ...receive].map((queue) => `${host}:${port} ${vhost} ${queue}`);
      });
    return [{ name, settings, queues }];
  });
}
