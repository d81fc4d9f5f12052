// Changes as they come: one long question after the other, answered when something has changed. It asks only while it is seen.

import { request } from "./host.mjs";

/** Milliseconds until it asks again after a fault, growing. */
const AGAIN = [1000, 2000, 5000, 10_000, 30_000];
/** Between two answers at least: a busy client makes many. */
const REST = 1000;

/**
 * `seen` tells whether anybody looks, `changed` gets `{documents, all, status}` and its promise is waited for, `fail` a request that went
 * wrong, `well` is called when one goes right. Resolves to `look`, to be called when it may be seen again, and `stop`.
 */
export function follow({ seen, changed, fail, well }) {
  let cursor = "";
  let running = false;
  let stopped = false;
  let faults = 0;
  let asking;
  let wakeUp;

  const pause = (milliseconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run() {
    if (running || stopped || !seen()) return;
    running = true;
    try {
      while (!stopped && seen()) await once();
    } finally {
      running = false;
    }
  }

  async function once() {
    asking = new AbortController();
    try {
      const { data } = await request("changes", { query: { after: cursor }, signal: asking.signal });
      const first = cursor === "";
      cursor = data.cursor;
      if (first) await changed({ documents: [], all: true, status: true });
      else if (data.all || data.status || data.documents.length > 0) await changed(data);
      // Nothing happened for long: how many wait in the queues is told by nobody.
      else await changed({ documents: [], all: false, status: true });
      faults = 0;
      well();
      if (seen()) await pause(REST);
    } catch (error) {
      if (asking.signal.aborted) return;
      fail(error);
      await pause(AGAIN[Math.min(faults++, AGAIN.length - 1)]);
    }
  }

  function look() {
    if (seen()) {
      faults = 0;
      void run();
    } else asking?.abort();
  }
  document.addEventListener("visibilitychange", look);
  void run();
  return {
    look,
    stop() {
      stopped = true;
      asking?.abort();
      wakeUp?.();
      document.removeEventListener("visibilitychange", look);
    },
  };
}
