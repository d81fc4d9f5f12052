import type { DocumentStep, ImportClient } from "../client/import-client.js";
import type { DocumentRow, EventNote, ReceiptRow } from "../ledger/index.js";
import { packageVersion } from "../version.js";

type Attributes = Record<string, string | number | boolean>;

/** What is used of @opentelemetry/api. */
interface Api {
  trace: {
    getTracerProvider(): TracerProvider;
    setSpanContext(context: unknown, span: SpanContext): unknown;
  };
  ROOT_CONTEXT: unknown;
}
interface TracerProvider {
  getTracer(name: string, version: string): Tracer;
  /** Of the API's own, which stands there until an SDK is: that one's tracer. */
  getDelegateTracer?(name: string, version: string): Tracer | undefined;
}
interface SpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote: boolean;
}
interface Tracer {
  startSpan(name: string, options: { kind: number; startTime: Date; attributes: Attributes }, context: unknown): Span;
}
interface Span {
  setStatus(status: { code: number; message?: string }): unknown;
  end(at: Date): void;
}

/** By the API: what happens within, and a message that is handed to a broker. */
const INTERNAL = 0;
const PRODUCER = 3;
const ERROR = 2;
const SAMPLED = 1;

/** Events after which something is wrong, or waits for somebody. */
const WRONG: ReadonlySet<string> = new Set(["failed", "held", "unknown", "retry", "file-missed", "file-missing"]);

/** Events that are told at the moment when they happen; `sending` is part of `sent`, receipts tell themselves. */
const TOLD: ReadonlySet<string> = new Set(["claimed", "resend", "override", "released", "replaced", ...WRONG]);

/**
 * One trace a document, of the events that its ledger commits and of the steps before them: claimed, checked, signed, sent, each receipt. The
 * document's id is the trace's, so that what comes days later, after restarts, or from another process is in the same one. Where the spans
 * go is the business of the OpenTelemetry SDK that is loaded into the process; without one nothing is made. Attributes have codes and
 * states, never a number, name, party or goods of a document, nor a secret.
 */
export class Tracing {
  private constructor(private readonly api: Api) {}

  /** Undefined where @opentelemetry/api, an optional package, is not installed. */
  static open(load: () => unknown = () => require("@opentelemetry/api")): Tracing | undefined {
    try {
      return new Tracing(load() as Api);
    } catch {
      return undefined;
    }
  }

  /** Traces what happens to the documents of a client from now on. */
  follow(client: ImportClient): void {
    const { clientId, environment } = client.settings;
    const whose = { "sw.client_id": clientId, "sw.environment": environment };
    client.on("change", (row, note) => this.change(row, note, whose, client.clock.now()));
    client.on("step", (step) => this.step(step, whose));
    client.on("receipt", (receipt) => this.receipt(receipt, whose));
  }

  /** Undefined while nobody listens: no SDK has been loaded into the process. */
  private tracer(): Tracer | undefined {
    try {
      const [name, version] = ["@single-window/node-red-import-client", packageVersion()];
      const provider = this.api.trace.getTracerProvider();
      return provider.getDelegateTracer ? provider.getDelegateTracer(name, version) : provider.getTracer(name, version);
    } catch {
      return undefined;
    }
  }

  private change(row: DocumentRow, note: EventNote, whose: Attributes, now: number): void {
    if (!this.tracer()) return;
    const { event, code = "" } = note;
    const about = { ...whose, ...attributesOf(row), ...(code && { "sw.code": code }) };
    if (event === "sent") {
      this.span(row.id, "sent", { from: row.sendingAt || row.sentAt, to: row.sentAt || now, about, kind: PRODUCER });
    } else if (TOLD.has(event)) {
      const at = event === "claimed" ? row.claimedAt : now;
      this.span(row.id, event, { from: at, to: at, about, ...(WRONG.has(event) && { error: code || event }) });
    }
  }

  private step({ document, step, from, to, code }: DocumentStep, whose: Attributes): void {
    if (!this.tracer()) return;
    const { id, business, messageType, attempt } = document;
    const about = { ...whose, ...attributesOf({ business, messageType, attempt }), ...(code && { "sw.code": code }) };
    this.span(id, step, { from, to, about, ...(code && { error: code }) });
  }

  private receipt(receipt: ReceiptRow, whose: Attributes): void {
    const { documentId, kind, format, outcome, code, statusCode, matchedBy, folder, receivedAt } = receipt;
    if (documentId === null) return;
    const about = {
      ...{ ...whose, "sw.business": folder, "sw.receipt.kind": kind, "sw.receipt.format": format },
      ...{ "sw.receipt.outcome": outcome, "sw.receipt.matched_by": matchedBy },
      ...(code && { "sw.code": code }),
      ...(statusCode && { "sw.receipt.status_code": statusCode }),
    };
    this.span(documentId, "receipt", {
      ...{ from: receivedAt, to: receivedAt, about },
      ...(outcome === "refused" && { error: code || outcome }),
    });
  }

  private span(
    document: string,
    name: string,
    {
      from,
      to,
      about,
      error,
      kind = INTERNAL,
    }: { from: number; to: number; about: Attributes; error?: string; kind?: number },
  ): void {
    const parent = parentOf(document);
    if (!parent) return;
    try {
      const { trace, ROOT_CONTEXT } = this.api;
      const options = { kind, startTime: new Date(from), attributes: about };
      const span = this.tracer()?.startSpan(`document ${name}`, options, trace.setSpanContext(ROOT_CONTEXT, parent));
      if (error) span?.setStatus({ code: ERROR, message: error });
      span?.end(new Date(Math.max(from, to)));
    } catch {
      // What only looks on stops no document.
    }
  }
}

function attributesOf({ business, messageType, attempt }: Pick<DocumentRow, "business" | "messageType" | "attempt">) {
  return { "sw.business": business, "sw.message_type": messageType, "sw.attempt": attempt };
}

/** The trace that a document's id names, and in it the document itself, which all its spans hang on. */
function parentOf(id: string): SpanContext | undefined {
  const hex = id.replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return { traceId: hex, spanId: hex.slice(16), traceFlags: SAMPLED, isRemote: true };
}
