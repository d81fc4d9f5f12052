import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { BLOCK_SIZE, blocksOf } from "./framing.js";

/** Why a call to the control ended without an answer. */
export class ControlError extends Error {
  constructor(
    readonly kind: "refused" | "no-open" | "timeout" | "closed" | "unreadable" | "failed" | "no-library",
    message: string,
    /** The request was handed to the socket: a PIN in it may have reached the card. */
    readonly sent: boolean,
    /** `failed`: the control's own error strings. */
    readonly errors: readonly string[] = [],
  ) {
    super(message);
  }
}

/** What `ws` and the global WebSocket of Node 22 have in common. */
interface Socket {
  readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: string, listener: (event: { data?: unknown; message?: string }) => void): void;
}

/** Longest frame that is taken from the control, in bytes: its replies hold a certificate or a signature. */
const LONGEST_FRAME = 1024 * 1024;

async function connect(url: string, limit: number, caFile: string | undefined): Promise<Socket> {
  try {
    const { WebSocket } = await import("ws");
    return new WebSocket(url, {
      handshakeTimeout: limit,
      maxPayload: LONGEST_FRAME,
      ...(caFile && { ca: [...rootCertificates, readFileSync(caFile, "utf8")] }),
    }) as unknown as Socket;
  } catch (error) {
    const missing = (error as { code?: unknown }).code;
    if (missing !== "ERR_MODULE_NOT_FOUND" && missing !== "MODULE_NOT_FOUND") throw error;
    const own = (globalThis as { WebSocket?: new (url: string) => Socket }).WebSocket;
    // Node's own takes no certificates of ours.
    if (own && !caFile) return new own(url);
    throw new ControlError(
      "no-library",
      "the package ws is not installed (Node 20 has no WebSocket of its own)",
      false,
    );
  }
}

interface Reply {
  _id?: number | string;
  _method?: string;
  _status?: string;
  _args?: unknown;
  Result?: unknown;
  Data?: unknown;
  Error?: unknown;
}

interface Flight {
  id: number;
  method: string;
  blocks: string[];
  resolve(data: string[]): void;
  reject(error: ControlError): void;
}

/**
 * One connection to the card control. It is usable once the control has sent its `open` frame; one call is in flight at
 * a time, since replies differ by method only (domain 3). After a time limit the connection is given up, so that
 * a late reply cannot be taken for the answer to the next call.
 */
export class ControlSocket {
  private flight: Flight | undefined;
  private nextId = 1;
  private over = false;
  private opened: (() => void) | undefined;
  private failed: ((error: ControlError) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.addEventListener("message", (event) => this.receive(String(event.data)));
    socket.addEventListener("error", (event) => this.end("refused", event.message ?? "no connection"));
    socket.addEventListener("close", () => this.end("closed", "the control closed the connection"));
  }

  /** Connects and waits for the `open` frame. `caFile`: see `CardSettings.controlCa`. */
  static async open(url: string, limit: number, caFile?: string): Promise<ControlSocket> {
    let socket: Socket;
    try {
      socket = await connect(url, limit, caFile);
    } catch (error) {
      if (error instanceof ControlError) throw error;
      throw new ControlError("refused", error instanceof Error ? error.message : String(error), false);
    }
    const made = new ControlSocket(socket);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => made.end("no-open", `no open frame within ${limit} ms`), limit);
      made.opened = () => {
        clearTimeout(timer);
        made.failed = undefined;
        resolve(made);
      };
      made.failed = (error) => {
        clearTimeout(timer);
        reject(error);
      };
    });
  }

  get alive(): boolean {
    return !this.over;
  }

  /** One call; `Data` of its reply. Callers see to it that only one is in flight. */
  call(method: string, args: Record<string, unknown>, limit: number): Promise<string[]> {
    return new Promise((resolve, reject) => {
      if (this.over || this.flight) {
        reject(new ControlError("closed", "the connection to the control is not free", false));
        return;
      }
      const id = this.nextId++;
      const timer = setTimeout(() => this.end("timeout", `no answer to ${method} within ${limit} ms`), limit);
      const text = JSON.stringify({ _method: method, _id: id, args });
      this.flight = {
        id,
        method,
        blocks: text.length > BLOCK_SIZE ? blocksOf(text) : [],
        resolve: (data) => {
          clearTimeout(timer);
          this.flight = undefined;
          resolve(data);
        },
        reject: (error) => {
          clearTimeout(timer);
          this.flight = undefined;
          reject(error);
        },
      };
      this.socket.send(this.flight.blocks[0] ?? text);
    });
  }

  close(): void {
    this.end("closed", "the connection was closed");
  }

  private receive(text: string): void {
    let reply: Reply;
    try {
      reply = JSON.parse(text) as Reply;
      if (typeof reply !== "object" || reply === null) throw new Error("not an object");
    } catch {
      this.end("unreadable", "the control sent a frame that is not JSON");
      return;
    }
    if (reply._method === "open") {
      this.opened?.();
      this.opened = undefined;
      return;
    }
    const flight = this.flight;
    if (!flight) return;
    if (reply._method === "_nextBlock") {
      const { next, finish } = argumentsOf(reply) as { next?: unknown; finish?: unknown };
      const block = flight.blocks[Number(next) - 1];
      if (finish !== true && finish !== "true" && block !== undefined) this.socket.send(block);
      return;
    }
    // A reply that names another method or another call is not ours; one that names neither can only be ours.
    if (reply._method !== undefined && reply._method !== flight.method) return;
    if (reply._id !== undefined && String(reply._id) !== String(flight.id)) return;
    const result = argumentsOf(reply);
    if (result.Result === true || result.Result === "true") flight.resolve(strings(result.Data));
    else {
      const errors = strings(result.Error);
      flight.reject(new ControlError("failed", errors.join(" ") || "the control reports an error", true, errors));
    }
  }

  private end(kind: ControlError["kind"], message: string): void {
    if (this.over) return;
    this.over = true;
    this.failed?.(new ControlError(kind, message, false));
    this.failed = undefined;
    this.opened = undefined;
    this.flight?.reject(new ControlError(kind, message, true));
    this.socket.close();
  }
}

/** Nested replies have their result in `_args`, flat ones in themselves. */
function argumentsOf(reply: Reply): Record<string, unknown> {
  let { _args: args } = reply;
  if (typeof args === "string") {
    try {
      args = JSON.parse(args);
    } catch {
      args = undefined;
    }
  }
  return typeof args === "object" && args !== null ? (args as Record<string, unknown>) : { ...reply };
}

function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(String);
}
