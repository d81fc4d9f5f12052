import { threadId, workerData } from "node:worker_threads";
import { serveThread } from "../../lib/thread.js";

export type Ask = "who" | "data" | "hang" | "throw" | "reject" | "exit" | "uncaught" | { slowly: Int32Array };

/** A thread that does what is asked of it, for the tests of `ThreadQueue`. */
serveThread(async (ask: Ask): Promise<unknown> => {
  if (typeof ask === "object") {
    Atomics.wait(ask.slowly, 0, 0, 300);
    return Atomics.store(ask.slowly, 0, 1);
  }
  switch (ask) {
    case "who":
      return threadId;
    case "data":
      return workerData;
    case "hang":
      for (;;);
    case "throw":
      throw new Error("two\nlines");
    case "reject":
      return Promise.reject(new Error("rejected"));
    case "exit":
      process.exit(3);
      break;
    case "uncaught":
      setImmediate(() => {
        throw new Error("not caught");
      });
      return new Promise(() => {});
  }
});
