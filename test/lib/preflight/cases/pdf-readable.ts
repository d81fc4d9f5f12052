import type { Case } from "../case.js";
import { IN_ZIP, pdf } from "../context.js";
import { DEC } from "../documents.js";

const JPEG = Buffer.from("ffd8ffe000104a464946", "hex");
const TEXT = Buffer.from("only text");
const ENCRYPTED = Buffer.from("%PDF-1.6\ntrailer\n<< /Root 1 0 R /Encrypt 9 0 R >>\n%%EOF");
/** What speaks of encryption has none; something may stand before the header. */
const LATE = Buffer.from("\ufeff\r\n%PDF-1.4\n(about /Encrypt and /EncryptMetadata true)\n%%EOF");

export const found: Case = {
  rule: "pdf-readable",
  xml: DEC,
  parts: {
    ...IN_ZIP,
    attachments: [pdf("0.pdf", Buffer.alloc(0)), pdf("j.pdf", JPEG), pdf("t.pdf", TEXT), pdf("e.PDF", ENCRYPTED)],
  },
  places: Array<string>(4).fill("warning DecMessage:1"),
  says: /0\.pdf is no PDF but an empty file/,
  good: { xml: DEC, parts: { ...IN_ZIP, attachments: [pdf("a.pdf"), pdf("b.pdf", LATE)] } },
};
