import type { Node, NodeAPI, NodeMessage, NodeStatusFill, NodeStatusShape } from "node-red";
import type { ImportClient } from "../lib/client/import-client.js";
import type { DetachedSignature, DocumentHandle, Receipt } from "../lib/document.js";
import { bothLanguages, codeOf, errorOf, type Fault, ImportClientError, messageOf } from "../lib/errors.js";
import { faultOf } from "../lib/fault.js";
import { mergeChecks } from "../lib/preflight/merge.js";
import { faultOfChecks } from "../lib/preflight/refusal.js";
import { toldFault } from "../lib/system-fault.js";
import { Beginning, NotThere } from "./beginning.js";
import { workOn } from "./carried.js";
import { spoken } from "./connection-status.js";
import { giveBackSpoilt, spoiltDocument } from "./handles.js";
import type { ImportClientNode } from "./registry.js";

/** The handle on a consumed delivery (`mq-receive` to `settle`). */
export interface DeliveryHandle {
  id: string;
  queue: string;
  messageId: string;
  redelivered: boolean;
  receivedAt: number;
  /** The message's `type` property, and the folder that a header names; empty when it has none. */
  type: string;
  business: string;
}

/** A receipt as a flow has it: with all that stands in it as a plain object (`lib/xml/object.ts`). */
export type ReceiptInFlow = Receipt & { data?: unknown };

/** What our nodes put into a message (design, "The message"). */
export interface FlowMessage extends NodeMessage {
  filename?: string;
  document?: DocumentHandle;
  receipt?: ReceiptInFlow;
  receipts?: ReceiptInFlow[];
  delivery?: DeliveryHandle;
  /** Of a text that card-sign signed as it came; a document's own is in its handle. */
  signature?: DetachedSignature;
  /** Why the message leaves the success path: set on a refused message, and on one that a node's fault sends to Catch. */
  fault?: Fault;
  error?: unknown;
}

export type Send = (message: FlowMessage | (FlowMessage | null)[]) => void;

/**
 * Registers an input handler that can reject: the rejection becomes `done(error)`, with the fault in both languages on
 * the message for `settle`. Node-RED counts the parameters, hence the three of them.
 */
export function onInput(node: Node, handle: (message: FlowMessage, send: Send) => Promise<void>): void {
  node.on("input", (message, send, done) => {
    const flowing = message as FlowMessage;
    const carried = flowing.document?.id ?? flowing.delivery?.id;
    const ended = typeof carried === "string" ? workOn(carried) : () => {};
    handle(flowing, send as Send)
      .finally(ended)
      .then(
        () => done(),
        (thrown) => {
          const error = toldFault(thrown);
          // The node stops and its claim is given out again: neither done, nor a fault that a Catch flow which goes on
          // might settle as failed.
          if (codeOf(error) === "SW-STOPPED") return;
          flowing.fault = faultOf(error);
          done(error instanceof Error ? error : new Error(messageOf(error)));
        },
      );
  });
}

/** Below the fifteen seconds after which Node-RED itself gives up a node that closes. */
const CLOSED_WITHIN = 12_000;
const NOT_CLOSED = {
  zh: `节点在 ${CLOSED_WITHIN / 1000} 秒内没有关闭完毕，部署不再等它；它的收尾仍在进行`,
  en: `The node has not closed within ${CLOSED_WITHIN / 1000} s: the deploy goes on without it, and it still ends its work`,
};

/** Runs the work of a closing node, and says `done` in any case before Node-RED's fifteen seconds are over. */
export function onClose(node: Node, work: (removed: boolean) => Promise<void>): void {
  node.on("close", (removed: boolean, done: () => void) => {
    const limit = setTimeout(() => {
      node.warn(bothLanguages(NOT_CLOSED));
      done();
    }, CLOSED_WITHIN);
    work(removed)
      .catch((error) => node.warn(inWords(error)))
      .finally(() => {
        clearTimeout(limit);
        done();
      });
  });
}

/**
 * The last gate before a document is signed or sent: an error in `msg.document.checks` refuses it, whoever put it there,
 * so that a function node may stand before or behind preflight. Throws with the code of the first one.
 */
export function assertNotRefused(document: DocumentHandle): void {
  if (document.checks === undefined) return;
  document.checks = mergeChecks(document.checks, []);
  if (!document.checks.some(({ severity }) => severity === "error")) return;
  throw errorOf(faultOfChecks(document.checks, "SW-RULE"));
}

/** The handle that a message must carry. Throws SW-MESSAGE; a claim whose handle the flow has spoilt is given back at once. */
export function documentOf(message: FlowMessage): DocumentHandle {
  const spoilt = spoiltDocument(message);
  if (spoilt) {
    giveBackSpoilt(spoilt.client, spoilt.id, spoilt.error);
    throw spoilt.error;
  }
  if (message.document && typeof message.document.id === "string") return message.document;
  throw new ImportClientError(
    "SW-MESSAGE",
    { zh: "消息中没有 msg.document", en: "the message has no msg.document" },
    {
      advice: { zh: "请保留 folder-watch 给出的 msg.document。", en: "Keep the msg.document that folder-watch gave." },
    },
  );
}

/** The file's bytes that a message must carry. Rejects with SW-MESSAGE. */
export function payloadOf(message: FlowMessage): Buffer {
  if (Buffer.isBuffer(message.payload)) return message.payload;
  if (typeof message.payload === "string") return Buffer.from(message.payload, "utf8");
  throw new ImportClientError(
    "SW-MESSAGE",
    { zh: "msg.payload 不是文件内容（Buffer）", en: "msg.payload is not a file's bytes (Buffer)" },
    { advice: { zh: "请让 msg.payload 保持为 Buffer。", en: "Keep msg.payload a Buffer." } },
  );
}

/**
 * A node's status as a key of its catalogue, so that each viewer reads his own language; at most once a second, the
 * last one always shown.
 */
export class StatusLine {
  private timer: NodeJS.Timeout | undefined;
  private next: (() => void) | undefined;
  private last: (() => void) | undefined;
  private blocked = false;
  private isRed = false;
  private marked = "";

  constructor(
    private readonly node: Node,
    private readonly name: string,
  ) {
    // Node-RED keeps the last status of a node that is deployed again: what was red is mended, or said once more.
    node.status({});
  }

  show(fill: NodeStatusFill, shape: NodeStatusShape, key: string): void {
    this.isRed = fill === "red";
    this.last = () => this.node.status({ fill, shape, text: `${this.name}.status.${key}` });
    if (!this.blocked && (this.marked === "" || this.isRed)) this.put(this.last);
  }

  /** What was red is mended, and nothing else was shown since. */
  mended(): void {
    if (!this.isRed) return;
    this.isRed = false;
    this.last = undefined;
    if (!this.blocked) this.put(this.marked === "" ? () => this.node.status({}) : this.markShown);
  }

  /** Shows this instead of all that is not red, until it is marked with nothing: it is no fault, and somebody is to see it. */
  mark(key: string): void {
    if (key === this.marked) return;
    this.marked = key;
    const shown = key === "" ? this.last : this.markShown;
    if (!this.blocked && !this.isRed) this.put(shown ?? (() => this.node.status({})));
  }

  private readonly markShown = () =>
    this.node.status({ fill: "yellow", shape: "ring", text: `${this.name}.status.${this.marked}` });

  /** Shows this and nothing else until `unblock`: the node can do nothing meanwhile. */
  block(key: string): void {
    this.blocked = true;
    this.put(() => this.node.status({ fill: "red", shape: "ring", text: `${this.name}.status.${key}` }));
  }

  /** Shows what would have been shown without the block. */
  unblock(): void {
    if (!this.blocked) return;
    this.blocked = false;
    const shown = this.marked === "" || this.isRed ? this.last : this.markShown;
    this.put(shown ?? (() => this.node.status({})));
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.next = undefined;
  }

  private put(show: () => void): void {
    this.next = show;
    if (!this.timer) this.flush();
  }

  private flush(): void {
    const next = this.next;
    this.next = undefined;
    this.timer = undefined;
    if (!next) return;
    next();
    this.timer = setTimeout(() => this.flush(), 1000);
    this.timer.unref();
  }
}

/** A node's settings stand as long as the node does: they are read with each message while something is wrong with them, and then not again. */
export function readOnce<T extends object>(read: () => T): () => T {
  let known: T | undefined;
  return () => {
    known ??= read();
    return known;
  };
}

/** Faults that are in the log: many nodes meet the one of a config node that they name. */
const said = new WeakSet<object>();

/** Whatever was thrown, for Node-RED's log: with code, both languages and what to do, where it is known. */
export function inWords(thrown: unknown): string {
  const error = toldFault(thrown);
  return error instanceof ImportClientError ? spoken(error) : messageOf(error);
}

/** Puts a fault of settings into the log with what to do, unless a node has said this very one before. */
export function sayOnce(node: Node, error: unknown): void {
  if (typeof error === "object" && error !== null) {
    if (said.has(error)) return;
    said.add(error);
  }
  node.error(inWords(error));
}

/**
 * Says at once, in log and status, what a node needs and its settings do not give; its input then rejects with the same. What is checked
 * may be what the node begins with: `Beginning`.
 */
export function checkConfig(RED: NodeAPI, node: Node, status: StatusLine, check: () => Promise<unknown>): void {
  const onFault = (error: unknown) => {
    if (codeOf(error) === "SW-STOPPED") return;
    status.show("red", "ring", "config");
    sayOnce(node, error);
  };
  new Beginning(RED, node, check, onFault, () => status.mended());
}

const following = new WeakMap<Node, ImportClientNode>();

/**
 * The client that a node names, once it is open. While it is not, and whenever it may not work later, the node shows red. Rejects with
 * SW-CONFIG when there is none or its settings cannot be used.
 */
export async function clientOf(RED: NodeAPI, node: Node, status: StatusLine, id: unknown): Promise<ImportClient> {
  const clientNode = configNode<ImportClientNode>(RED, id, "sw-import-client");
  const { opening } = clientNode;
  if (opening && following.get(node) !== clientNode) {
    following.set(node, clientNode);
    const show = () => (opening.fault ? status.block("client") : status.unblock());
    opening.on("fault", show);
    node.on("close", () => opening.off("fault", show));
    show();
  }
  return clientNode.ready;
}

/** The client that a node names, for whoever asks about it and does not wait: rejects with the reason why it is not open. */
export async function clientNow(RED: NodeAPI, id: unknown): Promise<ImportClient> {
  const { opening, ready } = configNode<ImportClientNode>(RED, id, "sw-import-client");
  if (opening && !opening.client && opening.fault) throw opening.fault;
  return ready;
}

/** A config node that this node names. Throws SW-CONFIG when there is none, or what is wrong with its settings. */
export function configNode<T>(RED: NodeAPI, id: unknown, type: string): T {
  const found =
    typeof id === "string" && id !== "" ? (RED.nodes.getNode(id) as (Node & T & { fault?: unknown }) | null) : null;
  if (found?.fault) throw found.fault;
  if (found?.type === type) return found;
  throw new NotThere(
    "SW-CONFIG",
    { zh: `未选择配置节点 ${type}`, en: `no ${type} is chosen` },
    { advice: { zh: "请在节点设置中选择。", en: "Choose one in the node's settings." } },
  );
}
