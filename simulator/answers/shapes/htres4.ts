import { millis17 } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import type { Shape, Wanted } from "./types.js";
import { prefixed, utf8, withAttributes } from "./written.js";

const HTRES4 = "urn:Declaration:datamodel:standard:CN:HTRES4:1";
const IMPORT = ["0", "-900517"];

function head(of: Wanted, empty = false): Markup {
  const filled = (value: string) => (empty ? "" : value);
  return el(
    "Head",
    fields({
      MessageID: filled(of.key),
      FunctionCode: filled("9"),
      SenderID: filled("EPORT"),
      ReceiverID: filled(`DXPESW${of.clientId}`),
      SendTime: millis17(of.at),
      Version: filled("1.0"),
    }),
  );
}
const response = (of: Wanted): Markup =>
  el("Response", [el("AdditionalInformation", fields({ StatementCode: of.code, StatementDescription: of.text }))]);
const manifest = (children: readonly Markup[], attributes: Record<string, string> = {}): Markup =>
  el("Manifest", children, attributes);

/** 舱单回执, whatever its namespaces (faq 16). */
export const htres4: Shape = {
  format: "HTRES4",
  answers: "MT1401",
  codes: [
    ...["0", "-900517", "01", "02", "03", "11", "12", "13", "E3", "D0", "D1"],
    ...["19000", "19001", "19003", "19004", "19010", "19011", "13001", "13003", "13008", "15005", "15006", "15007"],
  ],
  variants: {
    "root bare, children ns2:": (of) =>
      utf8(
        manifest(
          [head(of), response(of)].map((child) => prefixed("ns2", child)),
          { "xmlns:ns2": HTRES4 },
        ),
      ),
    "root bare, children in a default namespace": (of) =>
      utf8(manifest([head(of), response(of)].map((child) => withAttributes(child, { xmlns: HTRES4 })))),
    "root in the namespace": (of) => utf8(manifest([head(of), response(of)], { xmlns: HTRES4 })),
    "no namespace": (of) => utf8(manifest([head(of), response(of)])),
    "Code and Text": (of) =>
      utf8(
        manifest([
          head(of),
          el("Response", [el("JourneyID", "V1"), el("Status", fields({ Code: of.code, Text: of.text }))]),
        ]),
      ),
    "Head empty (gateway error)": (of) =>
      utf8(
        manifest(
          [head(of, true), response(of)].map((child) => prefixed("ns2", child)),
          { "xmlns:ns2": HTRES4 },
        ),
      ),
  },
  prefix: (code) => (code === "0" ? "Successed" : IMPORT.includes(code) ? "Failed" : "Receipt"),
};
