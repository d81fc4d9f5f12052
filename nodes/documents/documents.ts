import type { Node, NodeAPI, NodeDef } from "node-red";
import { adviceFor } from "../../lib/advice/index.js";
import { archiveDocument } from "../../lib/client/document-archive.js";
import type { CardChange, ImportClient } from "../../lib/client/import-client.js";
import { FINAL_STATUSES, type Overdue, OverdueWatch, readOverdueRules } from "../../lib/client/overdue.js";
import { holdDocument, overrideDuplicate, releaseDocument, resendDocument } from "../../lib/client/person.js";
import { seenInstances, withInstances } from "../../lib/client/seen-instances.js";
import { storyOf } from "../../lib/client/story.js";
import { ImportClientError } from "../../lib/errors.js";
import { addedUp } from "../../lib/ledger/counts.js";
import type { DocumentRow, EventNote, Ledger } from "../../lib/ledger/index.js";
import { readDocumentQuery } from "../../lib/ledger/read-query.js";
import { PAGE } from "../../lib/ledger/sql/search.js";
import { configError, everySetting, flagOf, settingChoice, settingNumber, settingText } from "../../lib/settings.js";
import {
  checkConfig,
  clientNow,
  clientOf,
  type FlowMessage,
  inWords,
  onClose,
  onInput,
  StatusLine,
} from "../runtime.js";
import { bundleOf } from "./bundle.js";

interface Config extends NodeDef {
  client?: string;
  mode?: string;
  importOverdue?: string | number;
  businessOverdue?: string | number;
  statusOverdue?: string | number;
  overdueRules?: string;
  finalStatuses?: string;
}

/** Milliseconds between two looks for what is overdue. */
const LOOK_EVERY = 30_000;
/** Events that a receipt makes; all others are changes of state. */
const RECEIPT_EVENTS = ["receipt", "accepted", "rejected", "stands"];
/** What somebody has to do something about: told with what that is. */
const STOPPED = ["failed", "held", "file-missed"];

/** What counts as overdue, by the node's settings. Rejects with SW-CONFIG. */
function overdueWatch(node: Node, client: ImportClient, config: Config): OverdueWatch {
  const usual = everySetting({
    import: () => settingNumber("importOverdue", config.importOverdue, 30),
    business: () => settingNumber("businessOverdue", config.businessOverdue, 1440),
    status: () => settingNumber("statusOverdue", config.statusOverdue, 2880),
  });
  const rules = readOverdueRules(usual, settingText(config.overdueRules));
  if (!rules) {
    throw configError(
      "overdueRules",
      "超时规则应为每行“业务文件夹 导入分钟 业务分钟 状态分钟”",
      "a rule is a line with a business folder and up to three numbers of minutes, each folder once",
    );
  }
  const words = settingText(config.finalStatuses)
    .split(/[,，;；\s]+/)
    .filter(Boolean);
  return new OverdueWatch(client, {
    teller: node.id,
    rules,
    finalStatuses: words.length > 0 ? words : FINAL_STATUSES,
  });
}

/** A page of what is asked for, and what to ask for the next one by; `next` is null when this is the last. Rejects with SW-REQUEST. */
async function pageOf(ledger: Ledger, question: Record<string, unknown>) {
  const query = readDocumentQuery(question);
  const rows = await ledger.query(query);
  const last = rows.length === (query.limit ?? PAGE.usual) ? rows.at(-1)?.id : undefined;
  const more = last !== undefined && (await ledger.query({ ...query, before: last, limit: 1 })).length > 0;
  return { payload: await withInstances(ledger, rows), next: more ? last : null };
}

/** Whether a question is for counts, or for instances. Rejects with SW-REQUEST for what says neither yes nor no. */
function wants(what: "count" | "instances", given: unknown): boolean {
  const wanted = settingText(given) === "" ? false : flagOf(given);
  if (wanted !== undefined) return wanted;
  throw new ImportClientError("SW-REQUEST", {
    zh: `${what} 应为 true 或 false：${settingText(given)}`,
    en: `${what} is true or false, not ${settingText(given)}`,
  });
}

export = (RED: NodeAPI): void => {
  function Documents(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "documents");
    let stop: (() => void) | undefined;
    let closed = false;

    const openClient = () => clientOf(RED, this, status, config.client);
    const tell = (message: object) => this.send(message as FlowMessage);
    const tellOverdue = ({ missing, row, since, minutes, text }: Overdue) =>
      tell({ topic: "overdue", payload: row, missing, overdue: { missing, since, minutes, text } });

    const watch = async () => {
      const client = await openClient();
      const overdue = overdueWatch(this, client, config);
      if (closed) return;
      const onChange = (row: DocumentRow, note: EventNote) => {
        if (note.event === "overdue") return; // Each node tells by its own settings.
        const topic = RECEIPT_EVENTS.includes(note.event) ? "receipt" : "state";
        const { code, text } = row;
        const advice = STOPPED.includes(note.event)
          ? adviceFor({ format: "Root", kind: "local", ok: false, code, text }, client.advice)
          : null;
        tell({ topic, payload: row, event: { ...note, ...(advice && { advice }) } });
      };
      const onCard = (change: CardChange) => tell({ topic: "card", payload: change });
      const check = () =>
        overdue.check(tellOverdue).catch((error) => {
          if (!closed) this.warn(inWords(error));
        });
      client.on("change", onChange);
      client.on("card", onCard);
      const timer = setInterval(check, LOOK_EVERY);
      stop = () => {
        clearInterval(timer);
        client.off("change", onChange);
        client.off("card", onCard);
      };
      await check();
      if (!closed) status.show("green", "ring", "watching");
    };
    checkConfig(RED, this, status, async () => {
      const mode = settingChoice("mode", config.mode, ["query", "events"]);
      await (mode === "events" ? watch() : openClient());
    });

    const act = async (client: ImportClient, question: Record<string, unknown>, message: FlowMessage) => {
      const id = settingText(question.id);
      const word = {
        reason: settingText(question.reason),
        as: settingText(question.as),
        until: Number(question.until ?? 0),
        by: { who: settingText(question.by), via: `flow ${this.name || this.id}` },
      };
      if (id !== "" && question.action === "resend") message.payload = await resendDocument(client, id, word);
      else if (id !== "" && question.action === "release") message.payload = await releaseDocument(client, id, word);
      else if (id !== "" && question.action === "override") message.payload = await overrideDuplicate(client, id, word);
      else if (id !== "" && question.action === "hold") message.payload = await holdDocument(client, id, word);
      else if (id !== "" && question.action === "bundle") {
        const { fileName, bytes } = await bundleOf(RED, client, String(config.client), id);
        message.payload = bytes;
        message.filename = fileName;
      } else if (id !== "" && question.action === "archive") {
        const { fileName, bytes } = await archiveDocument(client, id, word.by);
        message.payload = bytes;
        message.filename = fileName;
      } else {
        throw new ImportClientError("SW-REQUEST", {
          zh: "请给出 action（resend、release、override、hold、bundle、archive）和 id",
          en: "give action (resend, release, override, hold, bundle, archive) and id",
        });
      }
    };

    onInput(this, async (message, send) => {
      const client = await clientNow(RED, config.client);
      const given = typeof message.payload === "object" && message.payload !== null ? message.payload : {};
      const question = given as Record<string, unknown>;
      if (question.action !== undefined) await act(client, question, message);
      else if (wants("instances", question.instances)) message.payload = await seenInstances(client.ledger);
      else if (question.id) message.payload = (await storyOf(client.ledger, settingText(question.id))) ?? null;
      else if (wants("count", question.count)) {
        message.payload = addedUp(await client.ledger.count(readDocumentQuery(question)));
      } else Object.assign(message, await pageOf(client.ledger, question));
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
