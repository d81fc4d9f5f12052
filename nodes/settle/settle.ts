import type { Node, NodeAPI, NodeDef } from "node-red";
import { type Outcome as DocumentOutcome, outcomeFor } from "../../lib/boxes/outcome.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { type Fault, ImportClientError, messageOf, neutral } from "../../lib/errors.js";
import { settingNumber, settingText } from "../../lib/settings.js";
import { checkConfig, clientOf, documentOf, type FlowMessage, onClose, onInput, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  outcome?: string;
  retryAfter?: string | number;
  retryTimes?: string | number;
}

type Outcome = DocumentOutcome | "stored" | "rejected";

/** The fault that a message carries, from our nodes or from any other through a Catch node. */
function faultIn(message: FlowMessage): Fault | undefined {
  if (message.fault && typeof message.fault.code === "string") return message.fault;
  const caught = message.error as { code?: unknown; message?: unknown } | undefined;
  if (!caught) return undefined;
  const text = messageOf(caught.message ?? caught);
  return { code: typeof caught.code === "string" ? caught.code : "SW-FAULT", text: neutral(text) };
}

export = (RED: NodeAPI): void => {
  function Settle(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "settle");
    const begin = async () => ({
      client: await clientOf(RED, this, status, config.client),
      retryAfter: settingNumber("retryAfter", config.retryAfter, 60) * 1000,
      retryTimes: settingNumber("retryTimes", config.retryTimes, 3),
    });
    checkConfig(this, status, begin);

    async function outcomeOf(client: ImportClient, message: FlowMessage, retryTimes: number): Promise<Outcome> {
      const set = settingText(config.outcome) || "auto";
      if (set !== "auto") return set as Outcome;
      if (message.delivery) return "stored";
      const fault = faultIn(message);
      return outcomeFor(fault, await client.ledger.get(documentOf(message).id), retryTimes);
    }

    onInput(this, async (message, send) => {
      const { client, retryAfter, retryTimes } = await begin();
      const outcome = await outcomeOf(client, message, retryTimes);
      const fault = faultIn(message) ?? { code: "SW-FAULT", text: { zh: "流程判定失败", en: "failed by the flow" } };
      if (outcome === "stored" || outcome === "rejected") {
        if (!message.delivery) {
          throw new ImportClientError("SW-MESSAGE", {
            zh: "消息中没有 msg.delivery",
            en: "the message has no msg.delivery",
          });
        }
        await client.intake.settle(message.delivery.id, outcome === "rejected" ? fault : undefined);
      } else {
        await client.claims.end(documentOf(message).id, outcome, fault, retryAfter);
      }
      status.show("green", "dot", "settled");
      send(message);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-settle", Settle);
};
