import type { Node, NodeAPI, NodeDef } from "node-red";
import { changeHours } from "../../lib/boxes/change-hours.js";
import { type HoldWindow, opensAt, readHoldWindow } from "../../lib/boxes/hold-window.js";
import { type Outcome as DocumentOutcome, outcomeFor } from "../../lib/boxes/outcome.js";
import { ON_HOLD, wasLetGo } from "../../lib/boxes/put-off.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { codeOf, type Fault, ImportClientError, messageOf, neutral } from "../../lib/errors.js";
import { faultOf } from "../../lib/fault.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { stopped } from "../../lib/send/errors.js";
import { configError, everySetting, settingChoice, settingNumber, settingText } from "../../lib/settings.js";
import { spoken } from "../connection-status.js";
import { mendDelivery, spoiltDocument } from "../handles.js";
import {
  checkConfig,
  clientOf,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  readOnce,
  StatusLine,
} from "../runtime.js";
import { markUnwired } from "../wiring.js";

interface Config extends NodeDef {
  client?: string;
  outcome?: string;
  retryAfter?: string | number;
  retryTimes?: string | number;
  holdReason?: string;
  holdWindow?: string;
}

const OUTCOMES = ["auto", "sent", "failed", "retry", "hold", "stored", "rejected"] as const;
type Outcome = DocumentOutcome | (typeof OUTCOMES)[number];

/** What a message says of its hold itself: why, and until when (ms since the epoch, or a date as ISO 8601 writes it). */
interface Hold {
  reason?: unknown;
  until?: unknown;
}

/** When a hold ends by itself; 0 = when a person releases it. Rejects with SW-MESSAGE. */
function holdsUntil({ until }: Hold, window: HoldWindow, now: number): number {
  if (until === undefined || until === "") return window.length === 0 ? 0 : opensAt(window, now);
  const at = typeof until === "number" ? until : Date.parse(String(until));
  if (Number.isFinite(at) && at >= 0) return at;
  throw new ImportClientError("SW-MESSAGE", {
    zh: "msg.hold.until 应为毫秒数或日期",
    en: "msg.hold.until must be milliseconds or a date",
  });
}

/** The fault that a message carries, from our nodes or from any other through a Catch node. */
function faultIn(message: FlowMessage): Fault | undefined {
  if (message.fault && typeof message.fault.code === "string") return message.fault;
  const caught = message.error as { code?: unknown; message?: unknown } | undefined;
  if (!caught) return undefined;
  const text = messageOf(caught.message ?? caught);
  return { code: typeof caught.code === "string" ? caught.code : "SW-FAULT", text: neutral(text) };
}

/** The hours that a gate had when it was deployed last, by its id: what waits for them follows when they are changed. */
const hoursBefore = new Map<string, HoldWindow>();

/** Why a gate holds, as it says itself. */
const holdFault = (reason: string): Fault => (reason === "" ? ON_HOLD : { code: ON_HOLD.code, text: neutral(reason) });

/**
 * Waits for the end of a claim or a delivery. What holds for all documents alike, a root that another process has or a ledger that is away, is
 * said once by the client and not by each message: all of it is tried again without one. Rejects with SW-STOPPED then.
 */
async function ending(client: ImportClient, end: Promise<unknown>): Promise<void> {
  try {
    await end;
  } catch (error) {
    const said = error === client.lease.fault || codeOf(error) === "SW-FENCED" || client.writes.says(codeOf(error));
    throw said ? stopped() : error;
  }
}

export = (RED: NodeAPI): void => {
  function Settle(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "settle");
    if (settingText(config.outcome) === "hold") markUnwired(RED, this, config, status, 1, "gate");
    const settings = readOnce(() =>
      everySetting({
        set: () => settingChoice("outcome", config.outcome, OUTCOMES),
        retryAfter: () => settingNumber("retryAfter", config.retryAfter, 60) * 1000,
        retryTimes: () => settingNumber("retryTimes", config.retryTimes, 3),
        window: holdWindow,
      }),
    );
    const begin = async () => ({
      ...settings(),
      client: await clientOf(RED, this, status, config.client),
    });
    const holdWindow = (): HoldWindow => {
      const window = readHoldWindow(settingText(config.holdWindow));
      if (window) return window;
      throw configError("holdWindow", "时间窗应为 22:00-06:00", "a window is written as 22:00-06:00");
    };
    const beginGate = async () => {
      const { client, window } = await begin();
      if (settingText(config.outcome) !== "hold") return;
      const before = hoursBefore.get(this.id);
      if (before) await changeHours(client, holdFault(settingText(config.holdReason)), before, window);
      hoursBefore.set(this.id, window);
    };
    checkConfig(RED, this, status, beginGate);

    /** Of a document, how it ends may follow from its row. */
    function outcomeOf(message: FlowMessage, set: Outcome): Outcome {
      return set === "auto" && message.delivery ? "stored" : set;
    }

    /** Resolves to true when the document goes on: its window is open, or it was on hold and let go. */
    async function passes(client: ImportClient, message: FlowMessage, window: HoldWindow): Promise<boolean> {
      const { id } = documentOf(message);
      const hold = ((message as { hold?: unknown }).hold ?? {}) as Hold;
      const now = Date.now();
      const until = holdsUntil(hold, window, now);
      const timed = window.length > 0 || until > 0;
      const reason = settingText(hold.reason) || settingText(config.holdReason);
      const why = holdFault(reason);
      if ((timed && until <= now) || (await wasLetGo(client, id, why, timed))) return true;
      await client.claims.putOff(id, why, until);
      return false;
    }

    onInput(this, async (message, send) => {
      const { set, client, retryAfter, retryTimes, window } = await begin();
      mendDelivery(message, (text) => this.warn(text));
      const spoilt = message.delivery ? undefined : spoiltDocument(message);
      if (spoilt) {
        this.warn(spoken(spoilt.error));
        const fault = faultIn(message) ?? faultOf(spoilt.error);
        message.fault ??= fault;
        const byRow = (row: DocumentRow | undefined) => outcomeFor(fault, row, retryTimes);
        await ending(client, client.claims.end(spoilt.id, byRow, fault, retryAfter));
        status.show("yellow", "dot", "settled");
        send(message);
        return;
      }
      const outcome = outcomeOf(message, set);
      const met = faultIn(message);
      const fault = met ?? { code: "SW-FAULT", text: { zh: "流程判定失败", en: "failed by the flow" } };
      if (outcome === "stored" || outcome === "rejected") {
        if (!message.delivery) {
          throw new ImportClientError("SW-MESSAGE", {
            zh: "消息中没有 msg.delivery",
            en: "the message has no msg.delivery",
          });
        }
        const { id } = message.delivery;
        await ending(client, client.intake.settle(id, outcome === "rejected" ? fault : undefined));
      } else if (outcome === "hold") {
        const goesOn = await passes(client, message, window);
        status.show(goesOn ? "green" : "yellow", "dot", goesOn ? "passed" : "held");
        if (goesOn) send(message);
        return;
      } else {
        const byRow = (row: DocumentRow | undefined) => outcomeFor(met, row, retryTimes);
        const { id } = documentOf(message);
        await ending(client, client.claims.end(id, outcome === "auto" ? byRow : outcome, fault, retryAfter));
      }
      status.show("green", "dot", "settled");
      send(message);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-settle", Settle);
};
