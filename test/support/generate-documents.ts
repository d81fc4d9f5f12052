import fc from "fast-check";
import { DEMO_IDENTITY } from "../../simulator/samples/index.js";
import { declaration } from "./generated/declaration.js";
import { encode } from "./generated/encode.js";
import { envelope } from "./generated/envelope.js";
import { manifestOf } from "./generated/manifest.js";
import type { GeneratedDocument, GeneratedIdentity, GeneratedType, GenerateOptions } from "./generated/options.js";
import { Values } from "./generated/values.js";
import { Writer } from "./generated/writer.js";

/**
 * Documents that the Single Window would take, in the shapes that real producers write (formats, "Sample shapes"). Our
 * rules and our schemas find no error in any of them; the schemas warn of some departures that real documents have.
 */

const DEFAULT_OPTIONS: GenerateOptions = {
  type: "DEC",
  seed: 1,
  rows: 2,
  namespace: "default",
  wrapped: false,
  encoding: "utf-8",
  unused: "self-closed",
  cdata: true,
  modification: false,
  tailFirst: false,
  lineEnd: "\n",
  pdfs: 0,
};

/** Options of any valid document, for property tests; `rows` shrinks to 1 and everything else to the plainest shape. */
export const documentOptions: fc.Arbitrary<GenerateOptions> = fc.record({
  type: fc.constantFrom<GeneratedType>("DEC", "INV101", "SAS121", "ICP101", "MT1401", "MT2401", "MT2101"),
  seed: fc.integer({ min: 0, max: 0x7fffffff }),
  rows: fc.integer({ min: 1, max: 12 }),
  namespace: fc.constantFrom<GenerateOptions["namespace"]>("default", "prefixed", "none"),
  wrapped: fc.boolean(),
  encoding: fc.constantFrom<GenerateOptions["encoding"]>("utf-8", "utf-8-bom", "utf-16le", "gb2312"),
  unused: fc.constantFrom<GenerateOptions["unused"]>("absent", "self-closed", "open-close"),
  cdata: fc.boolean(),
  modification: fc.boolean(),
  tailFirst: fc.boolean(),
  lineEnd: fc.constantFrom<GenerateOptions["lineEnd"]>("\n", "\r\n", ""),
  pdfs: fc.integer({ min: 0, max: 3 }),
});

/** A document of these options; every value is made up. */
export function generateDocument(
  partial: Partial<GenerateOptions> = {},
  identity: GeneratedIdentity = DEMO_IDENTITY,
): GeneratedDocument {
  const options = { ...DEFAULT_OPTIONS, ...partial };
  const w = new Writer(options, new Values(options.seed), identity);
  const attachments: GeneratedDocument["attachments"] = [];
  const { type } = options;
  const manifest = type.startsWith("MT");
  const made = type === "DEC" ? declaration(w, attachments) : manifest ? manifestOf(w) : envelope(w);
  const business = { DEC: "DecCus001", MT1401: "Rmft", MT2401: "Rmft", MT2101: "Mft" }[type as string] ?? "Sas";
  return {
    type,
    business,
    xml: encode(made.body, options.encoding, options.lineEnd),
    xmlName: `${type}_${options.seed}.xml`,
    clientKey: made.key,
    attachments,
  };
}
