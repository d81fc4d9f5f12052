import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Note, Reader } from "./types.js";

const DAY = 24 * 60 * 60 * 1000;
const dayOf = (at: number) => new Date(at + 8 * 60 * 60 * 1000).toISOString().slice(0, 10);

/**
 * Looks by day: a document of today or yesterday that lies in `SentBox\yyyy-MM-dd` was sent and, unless `failed` stands in the name of a
 * file in InBox that begins like it, taken; one in `FailBox\yyyy-MM-dd` failed. A business receipt is known by the 18-digit number in
 * its name.
 */
export const dated: Reader = {
  name: "按日期文件夹和名称中的字样 looks into the folder of the day, and for words in names",
  needs: "按日期分文件夹、文件名：官方客户端形式 A folder a day, File names: official client's",
  read({ InBox, SentBox, FailBox }, now) {
    const answers = readdirSync(InBox).filter((name) => !name.endsWith(".tmp"));
    const notes: Note[] = [];
    for (const day of [dayOf(now - DAY), dayOf(now)]) {
      for (const [box, outcome] of [
        [SentBox, "success"],
        [FailBox, "failure"],
      ] as const) {
        const folder = join(box, day);
        for (const name of existsSync(folder) ? readdirSync(folder) : []) {
          const base = name.slice(0, name.lastIndexOf("_"));
          const answer = answers.find((other) => other.includes(`_${base}_`));
          const failed = answer !== undefined && /failed/i.test(answer);
          const by = base.split("_").at(-2) ?? base;
          notes.push({ file: join(folder, name), outcome: failed ? "failure" : outcome, by, text: "" });
        }
      }
    }
    for (const name of answers) {
      const number = /(?<![0-9A-Z])[A-Z]?\d{17,18}(?!\d)/.exec(name)?.[0];
      if (number && /^receipt_d/i.test(name)) {
        notes.push({ file: join(InBox, name), outcome: "business", by: number, text: "" });
      }
    }
    return notes;
  },
};
