/**
 * The process that a vendor's library runs in. It is asked over a pipe, one thing after the other, and can be killed at any
 * time: nothing here is worth keeping. It prints nothing and keeps the PIN no longer than the call.
 *
 * It reads and writes the pipe without an event loop: a driver's calls block anyway, and the next request is there the moment
 * the last one is answered, so that the token never waits for this process.
 */
import { readSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { described, driverError, TokenError } from "./errors.js";
import { FrameReader, frameOf } from "./frames.js";
import { type Driver, type DriverModule, type Operations, PIPE, type Reply, type Request } from "./protocol.js";

let library: DriverModule | undefined;
let token: Driver | undefined;

/** The driver's own package, an optional one, is loaded with it and not before. */
function open({ driver, module }: Operations["list"]["ask"]): Driver {
  library ??= require(`../${driver}/token.js`) as DriverModule;
  return library.open(module);
}

function opened(): Driver {
  if (token) return token;
  throw new TokenError("NOT-ATTACHED", "no token is open", false, true);
}

function run(request: Request): unknown {
  switch (request.operation) {
    case "attach": {
      const ask = request.ask as Operations["attach"]["ask"];
      token ??= open(ask);
      return token.attach(ask.select);
    }
    case "login": {
      const { pin, token: id, allowFinalTry } = request.ask as Operations["login"]["ask"];
      return opened().login(pin, id, allowFinalTry);
    }
    case "sign": {
      const ask = request.ask as Operations["sign"]["ask"];
      return opened().sign(ask);
    }
    case "list": {
      token ??= open(request.ask as Operations["list"]["ask"]);
      if (!token.list) throw new TokenError("NOT-LISTED", "this driver does not tell its tokens", false);
      return token.list();
    }
    case "close":
      token?.detach();
      return null;
  }
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
    return {
      id: request.id,
      error: (library ?? { describe: (error) => described(error, driverError) }).describe(thrown),
    };
  }
}

function serve(): void {
  const frames = new FrameReader();
  const piece = Buffer.alloc(64 * 1024);
  for (let length = read(piece); length > 0; length = read(piece)) {
    for (const request of frames.push(piece.subarray(0, length)) as Request[]) {
      for (const part of frameOf(answer(request))) write(part);
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
