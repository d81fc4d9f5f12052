import { millis17 } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import type { Shape, Wanted } from "./types.js";
import { prefixed, utf8, withAttributes } from "./written.js";

const HTRES4 = "urn:Declaration:datamodel:standard:CN:HTRES4:1";
/** Whether the data centre took it; the other codes are customs' (formats/codes.csv MFT). */
const TAKEN = ["0", "T", "D", "E1"];
const NOT_TAKEN = ["-900517", "E2"];

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
    ...[
      "0",
      "-900517",
      "T",
      "D",
      "E1",
      "E2",
      "E3",
      "E4",
      "01",
      "02",
      "03",
      "11",
      "12",
      "13",
      "D0",
      "D1",
      "M1",
      "M2",
      "M3",
    ],
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
  prefix: (code) => (TAKEN.includes(code) ? "Successed" : NOT_TAKEN.includes(code) ? "Failed" : "Receipt"),
};

const MT9999 = "urn:Declaration:datamodel:standard:CN:MT9999:1";

const bill = (id: string, code: string, text: string, house?: string): Markup =>
  el("Consignment", [
    el("TransportContractDocument", [el("ID", id)]),
    house === undefined ? undefined : el("AssociatedTransportDocument", [el("ID", house)]),
    el("ResponseType", fields({ Code: code, Text: text })),
  ]);
const notice = (of: Wanted, messageId: string, bills: readonly Markup[]): Markup =>
  el(
    "Manifest",
    [
      el(
        "Head",
        fields({
          MessageID: messageId,
          FunctionCode: "11",
          MessageType: "MT9999",
          SenderID: "EPORT",
          ReceiverID: `DXPESW${of.clientId}`,
          SendTime: millis17(of.at),
          Version: "1.0",
        }),
      ),
      el("Response", [el("BorderTransportMeans", [el("JourneyID", "0123E")]), ...bills]),
    ],
    { xmlns: MT9999 },
  );

/** 海关回执 MT9999: a result for each bill; a terminal's comes inside PlatImpRet, under a number of customs' own. */
export const mt9999: Shape = {
  format: "MT9999",
  answers: "MT1401",
  codes: ["01", "03"],
  variants: {
    "one bill": (of) => utf8(notice(of, of.key, [bill("B1", of.code, of.text)])),
    "two bills, the other accepted": (of) =>
      utf8(notice(of, of.key, [bill("B1", of.code, of.text), bill("B2", "01", "传输成功")])),
    "house bills": (of) =>
      utf8(notice(of, of.key, [bill("B1", of.code, of.text, "N/A"), bill("B1", "03", "收货人编码错误", "H1")])),
    "in PlatImpRet": (of) =>
      utf8(
        el("PlatImpRet", [
          el("RetHead", [el("CopMsgId", of.key)]),
          el("RetBizData", [notice(of, `HG${of.seqNo}`, [bill("B1", of.code, of.text)])]),
        ]),
      ),
  },
  prefix: () => "Receipt",
};

/** What a platform hands on with nothing in it: known by whom it answers, and nothing more. */
export const platImpRet: Shape = {
  format: "PlatImpRet",
  answers: "MT1401",
  codes: [""],
  variants: {
    "nothing in it": (of) =>
      utf8(el("PlatImpRet", [el("RetHead", fields({ CopMsgId: of.key, RetMsg: of.text })), el("RetBizData")])),
  },
  prefix: () => "Receipt",
};
