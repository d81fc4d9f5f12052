import type { Node, NodeAPI, NodeDef } from "node-red";
import type { CardChange } from "../../lib/client/import-client.js";
import { OverdueWatch } from "../../lib/client/overdue.js";
import { releaseDocument, resendDocument } from "../../lib/client/person.js";
import { settingNumber, settingText } from "../../lib/client/settings.js";
import { ImportClientError, messageOf } from "../../lib/errors.js";
import type { DocumentQuery, DocumentRow, EventNote } from "../../lib/ledger/index.js";
import type { ImportClientNode } from "../registry.js";
import { checkConfig, configNode, type FlowMessage, onClose, onInput, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  mode?: string;
  importOverdue?: string | number;
  businessOverdue?: string | number;
}

interface Question extends DocumentQuery {
  id?: string;
  action?: "resend" | "release";
  reason?: string;
  as?: string;
}

const MINUTE = 60_000;
/** Events that a receipt makes; all others are changes of state. */
const RECEIPT_EVENTS = ["receipt", "accepted", "rejected"];

export = (RED: NodeAPI): void => {
  function Documents(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "documents");
    let stop: (() => void) | undefined;
    let closed = false;

    const openClient = () => configNode<ImportClientNode>(RED, config.client, "sw-import-client").ready;
    const watch = async () => {
      const client = await openClient();
      if (closed) return;
      const onChange = (row: DocumentRow, note: EventNote) => {
        const topic = RECEIPT_EVENTS.includes(note.event) ? "receipt" : "state";
        this.send({ topic, payload: row, event: note } as FlowMessage);
      };
      const onCard = (change: CardChange) => this.send({ topic: "card", payload: change } as FlowMessage);
      client.on("change", onChange);
      client.on("card", onCard);
      const overdue = new OverdueWatch(client, {
        import: settingNumber("importOverdue", config.importOverdue, 30) * MINUTE,
        business: settingNumber("businessOverdue", config.businessOverdue, 1440) * MINUTE,
      });
      const look = () =>
        overdue.look().then(
          (found) => {
            for (const { missing, row } of found) {
              client.record("overdue", row.id, row.fileName, "", missing);
              this.send({ topic: "overdue", payload: row, missing } as FlowMessage);
            }
          },
          (error) => this.warn(messageOf(error)),
        );
      const timer = setInterval(look, MINUTE / 2);
      await look();
      stop = () => {
        clearInterval(timer);
        client.off("change", onChange);
        client.off("card", onCard);
      };
      if (closed) stop();
      status.show("green", "ring", "watching");
    };
    checkConfig(this, status, settingText(config.mode) === "events" ? watch : async () => openClient());

    onInput(this, async (message, send) => {
      const client = await openClient();
      const question = (
        typeof message.payload === "object" && message.payload !== null ? message.payload : {}
      ) as Question;
      if (question.action !== undefined) {
        const act = { resend: resendDocument, release: releaseDocument }[question.action];
        if (!act || !question.id) {
          throw new ImportClientError("SW-REQUEST", {
            zh: "请给出 action 和 id",
            en: "give action (resend, release) and id",
          });
        }
        const word = { reason: settingText(question.reason), as: settingText(question.as) };
        message.payload = await act(client, question.id, word);
      } else if (question.id) message.payload = (await client.ledger.story(question.id)) ?? null;
      else message.payload = await client.ledger.query(question);
      status.show("green", "dot", "done");
      send(message);
    });
    onClose(this, async () => {
      closed = true;
      status.close();
      stop?.();
    });
  }
  RED.nodes.registerType("sw-documents", Documents);
};
