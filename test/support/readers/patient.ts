import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { Note, Reader } from "./types.js";
import { fieldsOf } from "./xml.js";

const STILL = 1500;
const LARGEST = 3 * 1024 * 1024;
/** Endings that it takes, in any case; a business' own too. */
const ENDINGS = [".xml", ".invt"];

/** Takes a file that has not changed for 1.5 s and is at most 3 MiB; prefix for the outcome, and what it says from `failInfo` or its like. */
export const patient: Reader = {
  name: "静止 1.5 秒、最大 3 MiB、看扩展名 takes what is still for 1.5 s, at most 3 MiB, by its ending",
  needs: "任意 any",
  read({ InBox }, now) {
    const notes: Note[] = [];
    for (const name of readdirSync(InBox)) {
      const file = join(InBox, name);
      const { mtimeMs, size } = statSync(file);
      if (now - mtimeMs < STILL || !ENDINGS.includes(extname(name).toLowerCase())) continue;
      if (size > LARGEST) throw new Error(`${name}: ${size} bytes`);
      const [prefix = "", ...rest] = name.split("_");
      const { fields } = fieldsOf(file);
      const text =
        fields.failInfo || fields.FailInfo || fields.ErrorMessage || fields.CheckInfo || fields.CHANNEL || "";
      const outcome = ({ successed: "success", failed: "failure" } as const)[prefix.toLowerCase()] ?? "business";
      const number = fields.CUS_CIQ_NO || fields.etpsPreentNo || "";
      notes.push({ file, outcome, by: outcome === "business" ? number : (rest.at(-3) ?? ""), text });
    }
    return notes;
  },
};
