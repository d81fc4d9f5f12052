import { OutBox } from "../../lib/boxes/out-box.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { looksComplete } from "../../lib/files/complete.js";
import type { BusinessFolder } from "../../lib/files/folders.js";

/** What keeps the promises; each can be taken out of a world, to see that its checks miss it. */
export const GUARDS = [
  "commit before effect",
  "compare and set",
  "mandatory",
  "a confirm of its own",
  "lease",
  "fence",
  "wire kept",
  "file before ack",
  "stillness",
  "reconciler",
  "owner of a row",
  "grace after a lease",
  "the target tells",
  "the root looked for",
  "the PIN guard",
] as const;

export type Guard = (typeof GUARDS)[number];

/** Of these there must be two who could disturb each other, who wait for each other or share a ledger. */
export const NEED_TWO: Partial<Record<Guard, { shared: boolean }>> = {
  lease: { shared: false },
  fence: { shared: true },
  "owner of a row": { shared: true },
  "grace after a lease": { shared: true },
};

type Private = Record<string, (...args: never[]) => unknown>;

/** Takes a guard out of a client that has just been opened. */
export function takeOut(guard: Guard, client: ImportClient): void {
  const { claims, intake, deliveries, reconciler, ledger } = client;
  switch (guard) {
    case "commit before effect": {
      const send = claims.send.bind(claims);
      claims.send = async (id, ...others) => {
        send(id, ...others).catch(() => undefined);
        const row = await ledger.get(id);
        if (!row) throw new Error("no row");
        return row;
      };
      break;
    }
    case "wire kept": {
      const transition = ledger.transition.bind(ledger);
      ledger.transition = (id, step, change, note) => transition(id, step, { ...change, wire: "" }, note);
      break;
    }
    case "file before ack": {
      const settle = intake.settle.bind(intake);
      intake.settle = (id, rejected) => {
        const delivery = deliveries.get(id);
        const settled = settle(id, rejected);
        delivery?.ack();
        return settled;
      };
      break;
    }
    case "reconciler":
      reconciler.compare = async () => ({ unknown: 0, finished: 0, open: 0, entered: 0 });
      break;
    case "fence":
      client.lease.assertHeld = () => undefined;
      break;
    case "the root looked for": {
      const lease = client.lease as unknown as { facts: unknown; parts: { marker: { read(): unknown } } };
      lease.parts.marker.read = () => lease.facts;
      // It stands behind that one: who makes a folder in the root looks too.
      client.folders.assertRoot = () => undefined;
      break;
    }
    default:
      break;
  }
}

/** Without stillness a file is taken as soon as its content looks complete. Returns what puts it back. */
export function withoutStillness(): () => void {
  const outBox = OutBox.prototype as unknown as Private;
  const isReady = outBox.isReady as Private[string];
  outBox.isReady = function (this: OutBox, name: string, waiting: { snapshot: unknown }) {
    const { disk } = this.world.files;
    const path = `${(this.folder as BusinessFolder).box("OutBox")}/${name}`;
    const snapshot = disk.facts(path);
    if (!snapshot) throw Object.assign(new Error(name), { code: "ENOENT" });
    waiting.snapshot = snapshot;
    return looksComplete(disk, path, snapshot.size);
  } as never;
  return () => {
    outBox.isReady = isReady;
  };
}
