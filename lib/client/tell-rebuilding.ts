import { bothLanguages, ImportClientError } from "../errors.js";
import type { ImportClient } from "./import-client.js";

/** Milliseconds between two words about how far it is. */
const TOLD_EVERY = 10_000;

/**
 * Tells that the ledger is being rebuilt from the boxes: at once, for nothing is done meanwhile, and again while it goes on; in the daily log
 * too. Returns what `rebuild` calls for each file.
 */
export function tellRebuilding(
  client: Pick<ImportClient, "clock" | "record">,
  tell: (waits: ImportClientError) => void,
): (done: number, all: number) => void {
  let next = Number.NEGATIVE_INFINITY;
  return (done, all) => {
    const now = client.clock.monotonic();
    if (now < next) return;
    next = now + TOLD_EVERY;
    const waits = rebuilding(done, all);
    client.record("rebuilding", "", "", waits.code, bothLanguages(waits.text));
    tell(waits);
  };
}

function rebuilding(done: number, all: number): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    {
      zh: `正在根据文件夹重建台账：共 ${all} 个文件，已完成 ${done} 个`,
      en: `the ledger is rebuilt from the boxes: ${all} files, ${done} of them done`,
    },
    {
      advice: {
        zh: "请等待；完成之前不取件也不发送，完成后自动继续。",
        en: "Wait: nothing is claimed or sent meanwhile, and work goes on by itself after it.",
      },
      details: { reason: "rebuilding" },
    },
  );
}
