/**
 * The process that the PKCS#11 module runs in. It is asked over a pipe, one thing after the other, and can be killed at any
 * time: nothing here is worth keeping. It prints nothing and keeps the PIN no longer than the call.
 *
 * It reads and writes the pipe without an event loop: a driver's calls block anyway, and the next request is there the moment
 * the last one is answered, so that the token never waits for this process.
 */
import { readSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type * as Pkcs11 from "pkcs11js";
import { FrameReader, frameOf } from "./frames.js";
import { BEFORE_PIN, type Operations, PIPE, type Reply, type ReplyError, type Request } from "./protocol.js";
import { AfterLogin, Token, TokenError } from "./token.js";

let token: Token | undefined;

function load(module: string): Token {
  let library: typeof Pkcs11;
  try {
    library = require("pkcs11js") as typeof Pkcs11;
  } catch (error) {
    throw new TokenError("PKCS11JS-MISSING", error instanceof Error ? error.message : String(error), false);
  }
  return new Token(library, module);
}

function run(request: Request): unknown {
  switch (request.operation) {
    case "attach": {
      const { module, select } = request.ask as Operations["attach"]["ask"];
      token ??= load(module);
      return token.attach(select);
    }
    case "login": {
      const { pin, token: id, allowFinalTry } = request.ask as Operations["login"]["ask"];
      if (!token) throw new TokenError("NOT-ATTACHED", "no token is open", false);
      return token.login(pin, id, allowFinalTry);
    }
    case "sign": {
      const { algorithm, data, sm2 } = request.ask as Operations["sign"]["ask"];
      if (!token) throw new TokenError("NOT-ATTACHED", "no token is open", false);
      return token.sign(algorithm, Buffer.from(data.buffer, data.byteOffset, data.byteLength), sm2);
    }
    case "close":
      token?.detach();
      return null;
  }
}

function describe(thrown: unknown): ReplyError {
  if (thrown instanceof AfterLogin) return { ...describe(thrown.error), accepted: true };
  if (thrown instanceof TokenError) return { inner: thrown.inner, message: thrown.message, tried: thrown.tried };
  const { message, method } = thrown as { message?: string; method?: string };
  const inner = /CKR_\w+/.exec(message ?? "")?.[0] ?? "DRIVER-ERROR";
  return { inner, message: `${inner}${method ? ` in ${method}` : ""}`, tried: !BEFORE_PIN.has(inner) };
}

/** Reads what there is, and waits for it; 0 at the end of the pipe. */
function read(into: Buffer): number {
  for (;;) {
    try {
      return readSync(PIPE, into);
    } catch (error) {
      // Where the system gives the pipe without blocking.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return 0;
      pauseShortly();
    }
  }
}

function write(frame: Buffer): void {
  for (let at = 0; at < frame.length; ) {
    try {
      at += writeSync(PIPE, frame, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      pauseShortly();
    }
  }
}

function pauseShortly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function answer(request: Request): Reply {
  try {
    return { id: request.id, answer: run(request) };
  } catch (thrown) {
    return { id: request.id, error: describe(thrown) };
  }
}

function serve(): void {
  const frames = new FrameReader();
  const piece = Buffer.alloc(64 * 1024);
  for (let length = read(piece); length > 0; length = read(piece)) {
    for (const request of frames.push(piece.subarray(0, length)) as Request[]) {
      write(frameOf(answer(request)));
      if (request.operation === "close") return;
    }
  }
}

// While the driver hangs, nothing is read here. So that a hung process does not keep the card for ever when its parent
// was killed, a thread of its own looks for the parent.
new Worker(
  `const parent = process.ppid;
   setInterval(() => {
     try { process.kill(parent, 0); if (process.ppid === parent) return; } catch {}
     process.kill(process.pid, "SIGKILL");
   }, 1000);`,
  { eval: true, execArgv: [], stdin: false },
).unref();

setImmediate(() => {
  serve();
  process.exit(0);
});
