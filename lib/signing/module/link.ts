import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { FrameReader, frameOf } from "./frames.js";
import { type Operation, type Operations, PIPE, type Reply, type ReplyError, type Request } from "./protocol.js";

/** What a call to the child process can end in, beside its answer. */
export class LinkError extends Error {
  constructor(
    readonly inner: string,
    message: string,
    /** The PIN may have reached the token. */
    readonly tried: boolean,
    /** The PIN was accepted all the same. */
    readonly accepted = false,
    /** Token, session and login have to be found again. */
    readonly gone = false,
  ) {
    super(message);
  }
}

interface PendingCall {
  id: number;
  operation: Operation;
  limit: number;
  resolve(answer: never): void;
  reject(error: LinkError): void;
}

/**
 * Our end of the child process that holds a vendor's library. Calls are answered in the order they are made; the time
 * limit of one starts when it is the first in line. A call that takes longer costs the process its life: TIMEOUT for
 * that call, NOT-STARTED for those behind it.
 */
export class ChildLink {
  private readonly child: ChildProcess;
  private readonly pipe: Duplex;
  private readonly waiting: PendingCall[] = [];
  private timer: NodeJS.Timeout | undefined;
  private nextId = 1;
  private over = false;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<void>;

  /** `folder`: where the process runs; some libraries look for their settings there. */
  constructor(environment: NodeJS.ProcessEnv, folder?: string) {
    // Compiled, the child is a .js file beside this one; in the source tree it is TypeScript and wants its loader.
    const source = __filename.endsWith(".ts");
    const file = join(__dirname, source ? "child.ts" : "child.js");
    // Not the parent's own flags: `--inspect` would fight for its port.
    const loader = source ? ["--require", require.resolve("tsx/cjs")] : [];
    this.child = spawn(process.execPath, [...loader, file], {
      env: environment,
      ...(folder && { cwd: folder }),
      // A driver's debug output may hold anything, the PIN too.
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      windowsHide: true,
    });
    this.pipe = this.child.stdio[PIPE] as Duplex;
    const frames = new FrameReader();
    this.pipe.on("data", (piece: Buffer) => {
      for (const reply of frames.push(piece) as Reply[]) this.settle(reply);
    });
    // A process that just died: its `exit` settles the calls.
    this.pipe.on("error", () => undefined);
    this.child.on("error", (error) => this.end("MODULE-CRASHED", error.message));
    this.ended = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => {
        this.end("MODULE-CRASHED", `the process of the card's driver ended (${signal ?? code})`);
        resolve();
      });
    });
  }

  get alive(): boolean {
    return !this.over;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  call<O extends Operation>(operation: O, ask: Operations[O]["ask"], limit: number): Promise<Operations[O]["answer"]> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(new LinkError("NOT-STARTED", "the process of the card's driver has ended", false));
        return;
      }
      const request: Request = { id: this.nextId++, operation, ask };
      this.waiting.push({ id: request.id, operation, limit, resolve, reject });
      if (this.waiting.length === 1) this.watch();
      for (const piece of frameOf(request)) this.pipe.write(piece);
    });
  }

  /** Ends the process at once. */
  kill(): void {
    this.end("NOT-STARTED", "the process of the card's driver was ended");
    this.child.kill("SIGKILL");
  }

  /** Lets the module log out and close, for no longer than `limit`. */
  async close(limit: number): Promise<void> {
    if (this.over) return;
    await this.call("close", {}, limit).catch(() => undefined);
    this.kill();
    await this.ended;
  }

  private settle(reply: Reply): void {
    const first = this.waiting[0];
    if (first?.id !== reply.id) return;
    this.waiting.shift();
    this.watch();
    if ("error" in reply) first.reject(fromReply(reply.error));
    else first.resolve(reply.answer as never);
  }

  private watch(): void {
    clearTimeout(this.timer);
    const first = this.waiting[0];
    if (!first) return;
    this.timer = setTimeout(() => {
      this.waiting.shift();
      first.reject(new LinkError("TIMEOUT", `no answer to ${first.operation} within ${first.limit} ms`, true));
      this.kill();
    }, first.limit);
  }

  private end(inner: string, message: string): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    // The first in line was with the module, the others were not begun.
    for (const [index, call] of this.waiting.splice(0).entries()) {
      call.reject(new LinkError(index === 0 ? inner : "NOT-STARTED", message, index === 0));
    }
  }
}

function fromReply(error: ReplyError): LinkError {
  return new LinkError(error.inner, error.message, error.tried, error.accepted, error.gone);
}
