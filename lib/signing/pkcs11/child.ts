/**
 * The process that the PKCS#11 module runs in. It is asked over IPC, one thing after the other, and can be killed at any
 * time: nothing here is worth keeping. It prints nothing and keeps the PIN no longer than the call.
 */
import { Worker } from "node:worker_threads";
import type * as Pkcs11 from "pkcs11js";
import { BEFORE_PIN, type Operations, type Reply, type ReplyError, type Request } from "./protocol.js";
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

process.on("message", (request: Request) => {
  let reply: Reply;
  try {
    reply = { id: request.id, answer: run(request) };
  } catch (thrown) {
    reply = { id: request.id, error: describe(thrown) };
  }
  process.send?.(reply, undefined, {}, () => {
    if (request.operation === "close") process.disconnect();
  });
});

process.on("disconnect", () => process.exit(0));

// While the driver hangs, no event is seen here. So that a hung process does not keep the card for ever when its parent
// was killed, a thread of its own looks for the parent.
new Worker(
  `const parent = process.ppid;
   setInterval(() => {
     try { process.kill(parent, 0); if (process.ppid === parent) return; } catch {}
     process.kill(process.pid, "SIGKILL");
   }, 1000);`,
  { eval: true, execArgv: [], stdin: false },
).unref();
