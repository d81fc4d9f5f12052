import type { Node, NodeAPI, NodeDef } from "node-red";
import { type Outcome as DocumentOutcome, outcomeFor } from "../../lib/boxes/outcome.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { type Fault, ImportClientError, messageOf, neutral } from "../../lib/errors.js";
import { readDelivery } from "../../lib/intake/read.js";
import { storeReceipt } from "../../lib/intake/store.js";
import { settingNumber, settingText } from "../../lib/settings.js";
import { checkConfig, clientOf, documentOf, type FlowMessage, onClose, onInput, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  outcome?: string;
  retryAfter?: string | number;
  retryTimes?: string | number;
}

type Outcome = DocumentOutcome | "stored" | "rejected";

/** Milliseconds until a delivery that could not be stored is stored again; doubled each time. */
const STORE_AGAIN = { first: 1000, longest: 60_000 };

/** Milliseconds until a claim that could not be settled is given out again. */
const GIVE_OUT_AGAIN = 15_000;

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
    let closed = false;
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

    async function settleDocument(
      client: ImportClient,
      id: string,
      outcome: Outcome,
      fault: Fault,
      retryAfter: number,
    ): Promise<void> {
      if (outcome === "sent") await client.claims.settle(id);
      else if (outcome === "failed") await client.claims.fail(id, fault);
      else await client.claims.giveBack(id, retryAfter, fault);
    }

    const waiting = new Set<NodeJS.Timeout>();

    /**
     * Stores what a delivery brought, then acknowledges it: never the other way round (promises 6). When it cannot be
     * stored, for a full disk say, the delivery is kept and stored later: giving it back to the queue would bring it again
     * at once, and quorum queues drop a message after 20 deliveries.
     */
    async function store(client: ImportClient, id: string, rejected: Fault | undefined, round = 0): Promise<void> {
      const delivery = client.deliveries.get(id);
      if (!delivery) return; // Settled before, or its channel has gone and the broker brings it again.
      let unreadable = false;
      try {
        // A ZIP of which only some receipts are known: those go to their documents all the same.
        const known = delivery.parts?.map(({ receipts }) => receipts.length > 0) ?? [];
        const mixed = known.includes(true) && known.includes(false);
        const parts =
          rejected && !mixed
            ? [{ bytes: delivery.body, receipts: [], reason: { code: rejected.code, text: rejected.text } }]
            : (round === 0 && delivery.parts) || (await readDelivery(client, delivery));
        for (const part of parts) await storeReceipt(client, delivery, part);
        unreadable = parts.every(({ receipts }) => receipts.length === 0);
      } catch (error) {
        const pause = Math.min(STORE_AGAIN.longest, STORE_AGAIN.first * 2 ** round);
        const timer = setTimeout(() => {
          waiting.delete(timer);
          store(client, id, rejected, round + 1).catch(() => {
            // Told when it failed first; the next round is under way.
          });
        }, pause);
        if (!closed) waiting.add(timer);
        else clearTimeout(timer);
        throw error;
      }
      if (unreadable) client.deliveries.refuse(id);
      else client.deliveries.ack(id);
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
        await store(client, message.delivery.id, outcome === "rejected" ? fault : undefined);
      } else {
        const { id } = documentOf(message);
        try {
          await settleDocument(client, id, outcome, fault, retryAfter);
        } catch (error) {
          client.claims.releaseLater(id, GIVE_OUT_AGAIN);
          throw error;
        }
      }
      status.show("green", "dot", "settled");
      send(message);
    });
    onClose(this, async () => {
      closed = true;
      for (const timer of waiting) clearTimeout(timer);
      status.close();
    });
  }
  RED.nodes.registerType("sw-settle", Settle);
};
