import type { NodeAPI } from "node-red";
import { eachHost } from "../../lib/amqp/settings.js";
import { assertDemoBroker } from "../../lib/client/demo.js";
import type { CardSubject, Diagnosis, TestedQueue } from "../../lib/diagnose/index.js";
import { settingText } from "../../lib/settings.js";
import { Card } from "../../lib/signing/card.js";
import { readCardSettings } from "../../lib/signing/read-settings.js";
import { runDiagnose } from "../diagnose/run.js";
import { readBrokerSettings } from "../mq-broker/settings.js";
import { brokerNodes, clientNodes } from "../registry.js";
import { USUAL_QUEUE } from "./choices.js";
import type { Form, FormNode } from "./form.js";

/**
 * The connection test of a broker or a card as it stands in its dialog, deployed or not. Its client is tested along with it where that is
 * deployed. The PIN is not tried.
 */
export async function diagnoseForm(
  RED: NodeAPI,
  form: Form,
  { broker, card }: { broker: string; card: string },
): Promise<Diagnosis> {
  const brokerNode = form.node("sw-mq-broker", broker);
  const cardNode = form.node("sw-card", card);
  const owner = settingText((brokerNode ?? cardNode)?.values.client);
  const opened: Card[] = [];
  try {
    return await runDiagnose(
      RED,
      { client: clientNodes.get(owner)?.opening ? owner : "" },
      {
        ...(brokerNode && { broker: () => brokerOf(RED, form, brokerNode) }),
        ...(cardNode && { card: cardOf(form, cardNode, opened) }),
      },
    );
  } finally {
    for (const one of opened) await one.close();
  }
}

function brokerOf(RED: NodeAPI, form: Form, node: FormNode) {
  const settings = readBrokerSettings(RED, form.settings(node), {
    user: form.secret(node, "user", node.values.userEnv),
    password: form.secret(node, "password", node.values.passwordEnv),
  });
  assertDemoBroker(eachHost(settings), process.env);
  return { settings, ...queuesOf(form, node.id) };
}

/**
 * The queues of all who send and receive over this broker, as the runtime would name them; `unnamed`: some follow from a client ID that
 * the dialog of the client has not given yet.
 */
function queuesOf(form: Form, broker: string): { queues: TestedQueue[]; unnamed: boolean } {
  let unnamed = false;
  const nameOf = (type: "sw-mq-send" | "sw-mq-receive", node: FormNode): string[] => {
    const queue = settingText(form.settings(node).queue);
    const clientId = clientIdOf(form, node);
    if (queue === "" && clientId === "") unnamed = true;
    return queue === "" && clientId === "" ? [] : [queue || `${USUAL_QUEUE[type]}${clientId}`];
  };
  const names = (type: "sw-mq-send" | "sw-mq-receive") => {
    const all = form.ofType(type).filter(({ values }) => values.broker === broker);
    return [...new Set(all.flatMap((node) => nameOf(type, node)))];
  };
  const own = (queue: string) => brokerNodes.get(broker)?.readersHere(queue) ?? 0;
  const queues = [
    ...names("sw-mq-send").map((name) => ({ name, use: "send" as const, own: 0 })),
    ...names("sw-mq-receive").map((name) => ({ name, use: "receive" as const, own: own(name) })),
  ];
  return { queues, unnamed };
}

function clientIdOf(form: Form, { values }: FormNode): string {
  const id = settingText(values.client);
  const client = form.node("sw-import-client", id);
  return client ? settingText(form.settings(client).clientId) : (clientNodes.get(id)?.settings?.clientId ?? "");
}

function cardOf(form: Form, node: FormNode, opened: Card[]): CardSubject {
  const settings = () => readCardSettings(form.settings(node), form.secret(node, "pin", node.values.pinEnv));
  try {
    const card = new Card(settings());
    opened.push(card);
    return { backend: async () => card.backend, hasPin: card.hasPin, needs: card.settings };
  } catch (error) {
    return { backend: async () => Promise.reject(error), hasPin: false };
  }
}
