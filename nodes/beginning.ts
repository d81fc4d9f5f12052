import type { Node, NodeAPI } from "node-red";
import { codeOf, ImportClientError } from "../lib/errors.js";
import { afterEachDeploy } from "./deploys.js";

/** A config node that a node names is not there; a later deploy may put it back. */
export class NotThere extends ImportClientError {}

/** Nodes on the way of a document or a receipt: where one has not begun they wait before it. */
const ON_THE_WAY = new Set(
  [
    "folder-watch",
    "validate-xsd",
    "preflight",
    "zip",
    "card-sign",
    "mq-send",
    "mq-receive",
    "receipt-parse",
    "settle",
  ].map((type) => `sw-${type}`),
);
const notBegun = new Map<string, string>();

/** Codes of what keeps nodes on the way of documents and receipts from beginning. */
export const whyNotBegun = (): string[] => [...notBegun.values()];

/**
 * What a node begins when it is made, and once more after each deploy for as long as a node that it names is not there: Node-RED starts a node
 * anew when one that it names is changed or removed, and not when that one is put back.
 */
export class Beginning<T> {
  private last: Promise<T>;
  private isAwaited = false;

  /**
   * `onFault` hears why it has not begun: once that a node is not there, however often that is looked for. `onBack` hears that it has begun
   * after all.
   */
  constructor(
    RED: NodeAPI,
    private readonly node: Node,
    private readonly begin: () => Promise<T>,
    private readonly onFault: (error: unknown) => void,
    private readonly onBack: () => void = () => {},
  ) {
    this.last = this.try(false);
    const again = () => {
      if (!this.isAwaited) return;
      this.isAwaited = false;
      this.last = this.try(true);
    };
    node.on("close", afterEachDeploy(RED, again));
    node.on("close", () => notBegun.delete(node.id));
  }

  /** What the last try came to. Rejects with why it has not begun. */
  get started(): Promise<T> {
    return this.last;
  }

  private try(known: boolean): Promise<T> {
    const begun = this.begin();
    begun.then(
      () => {
        notBegun.delete(this.node.id);
        if (known) this.onBack();
      },
      (error) => {
        const { id, type } = this.node;
        const code = codeOf(error) ?? "SW-FAULT";
        if (ON_THE_WAY.has(type) && code !== "SW-STOPPED") notBegun.set(id, code);
        this.isAwaited = error instanceof NotThere;
        if (!this.isAwaited || !known) this.onFault(error);
      },
    );
    return begun;
  }
}
