import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Note, Reader } from "./types.js";
import { fieldsOf } from "./xml.js";

type Read = (fields: Readonly<Record<string, string>>) => Omit<Note, "file">;

const outcome = (good: boolean) => (good ? "success" : "failure");

/** By root; whatever else comes cannot be parsed. */
const FORMS: Readonly<Record<string, Read>> = {
  DecImportResponse: ({ ResponseCode, ClientSeqNo = "", ErrorMessage = "" }) => ({
    outcome: outcome(ResponseCode === "0"),
    by: ClientSeqNo,
    text: ErrorMessage,
  }),
  CommonResponeMessage: ({ DealFlag, EtpsPreentNo = "", CheckInfo = "" }) => ({
    outcome: outcome(DealFlag === "0"),
    by: EtpsPreentNo,
    text: CheckInfo,
  }),
  DEC_RESULT: ({ CUS_CIQ_NO = "", CHANNEL = "" }) => ({ outcome: "business", by: CUS_CIQ_NO, text: CHANNEL }),
  Signature: packaged,
  Package: packaged,
};

function packaged({ etpsPreentNo = "", manageResult = "" }: Readonly<Record<string, string>>): Omit<Note, "file"> {
  return { outcome: "business", by: etpsPreentNo, text: manageResult };
}

/** Knows only the forms of its businesses, by content; it looks at names for `.tmp` alone, and goes by own number. */
export const ownForm: Reader = {
  name: "只认各业务的回执格式，不认 Root reads the business's own forms, and no Root",
  needs: "本地拒绝的回执：该业务的导入回执 Our own refusals: the business's own import receipt",
  read({ InBox }) {
    return readdirSync(InBox)
      .filter((name) => !name.endsWith(".tmp"))
      .map((name) => {
        const file = join(InBox, name);
        const { root, fields } = fieldsOf(file);
        const form = FORMS[root];
        if (!form) throw new Error(`${name}: cannot be parsed, its root is ${root}`);
        return { file, ...form(fields) };
      });
  },
};
