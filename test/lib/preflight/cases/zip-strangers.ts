import type { Case } from "../case.js";
import { IN_ZIP, pdf } from "../context.js";
import { DEC, INV101 } from "../documents.js";

const JPEG = Buffer.from("ffd8ffe000104a464946", "hex");
const TEXT = Buffer.from("only text");
const INNER = Buffer.from("PK\x03\x04 and so on");

export const found: Case = {
  rule: "zip-strangers",
  xml: DEC,
  parts: {
    ...IN_ZIP,
    attachments: [pdf(".DS_Store"), pdf("Thumbs.db"), pdf("._a.pdf.xml"), pdf("in.zip", INNER), pdf("a.txt", TEXT)],
  },
  places: Array<string>(5).fill("warning DecMessage:1"),
  says: /\.DS_Store in the ZIP: left there by the operating system/,
  good: { xml: INV101, parts: { ...IN_ZIP, attachments: [pdf("a.pdf"), pdf("photo.jpg", JPEG)] } },
};
