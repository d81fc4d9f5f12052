import type { NodeAPI } from "node-red";
import type { InFlight } from "../lib/boxes/in-flight.js";
import { afterEachDeploy } from "./deploys.js";

/** Documents and deliveries that a node of ours is working on now, and how many handlers do. */
const working = new Map<string, number>();
/** Called with each of them that reaches a node of ours. */
const listeners = new Set<(id: string) => void>();

/** A handler of ours works on a document or a delivery. Returns what says that it has ended. */
export function workOn(id: string): () => void {
  working.set(id, (working.get(id) ?? 0) + 1);
  for (const listen of listeners) listen(id);
  return () => {
    const left = (working.get(id) ?? 1) - 1;
    if (left > 0) working.set(id, left);
    else working.delete(id);
  };
}

/** Milliseconds in which a message that was on its way during a deploy reaches the next node. */
const ON_ITS_WAY = 2000;

/**
 * A deploy takes the messages with it that wait inside a node it stops, and those on their way to one, and tells nobody. So
 * after each deploy it is looked at what is `out` in messages: what no handler of ours works on, and what reaches none for a
 * while, is `lost`. A message that waited in a flow of others, for an approval say, then comes twice: whoever settles second
 * changes nothing. Returns what ends it.
 */
export function afterDeploys(RED: NodeAPI, out: () => readonly string[], lost: (id: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const onDeploy = () => {
    if (timer) {
      again = true;
      return;
    }
    const silent = new Set(out().filter((id) => !working.has(id)));
    const hear = (id: string) => silent.delete(id);
    listeners.add(hear);
    timer = setTimeout(() => {
      listeners.delete(hear);
      timer = undefined;
      for (const id of silent) lost(id);
      if (again) {
        again = false;
        onDeploy();
      }
    }, ON_ITS_WAY);
  };
  const stop = afterEachDeploy(RED, onDeploy);
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Releases the claims of a node that are lost after a deploy, to be given out again. */
export function releaseAfterDeploys(RED: NodeAPI, inFlight: InFlight, owner: string): () => void {
  return afterDeploys(
    RED,
    () => inFlight.ids(owner),
    (id) => inFlight.release(id),
  );
}
