import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import type { Note, Reader } from "./types.js";
import { fieldsOf } from "./xml.js";

const STAMP = 23;

/**
 * Splits names by `_`: `Successed_<type>_<I|E>_<own number>_t-<n>_<stamp>` has six parts for 金关二期, five without the type for 报关单;
 * whatever else has the wrong number of parts or a stamp of another length is an error. Business receipts by their prefix, their time is
 * the first 14 digits of the last part.
 */
export const splitter: Reader = {
  name: "名称按 _ 拆分（5 段或 6 段、23 位时间） splits names into 5 or 6 parts, stamps of 23 digits",
  needs: "文件名：官方客户端形式 File names: official client's",
  read({ InBox }) {
    const notes: Note[] = [];
    for (const name of readdirSync(InBox)) {
      if (name.endsWith(".tmp")) continue;
      const file = join(InBox, name);
      const parts = parse(name).name.split("_");
      const stamp = parts.at(-1) ?? "";
      if (!/^\d+$/.test(stamp) || stamp.length !== STAMP) throw new Error(`${name}: no stamp of ${STAMP} digits`);
      const time = Date.parse(stamp.slice(0, 14).replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6+08:00"));
      if (Number.isNaN(time)) throw new Error(`${name}: no time`);
      if (parts[0] === "Receipt") {
        const { fields } = fieldsOf(file);
        notes.push({ file, outcome: "business", by: fields.CUS_CIQ_NO || fields.etpsPreentNo || "", text: stamp });
        continue;
      }
      if (parts[0] !== "Successed" && parts[0] !== "Failed") throw new Error(`${name}: neither Successed nor Failed`);
      if (parts.length !== 5 && parts.length !== 6) throw new Error(`${name}: ${parts.length} parts`);
      const [direction = "", own = "", retry = ""] = parts.slice(-4);
      if (!/^[IE]$/.test(direction) || !/^t-\d+$/.test(retry)) throw new Error(`${name}: ${direction}, ${retry}`);
      notes.push({ file, outcome: parts[0] === "Successed" ? "success" : "failure", by: own, text: "" });
    }
    return notes;
  },
};
