import { millis17 } from "../china-time.js";
import { el, fields, type Markup, UTF8_STANDALONE, writeXml } from "../write-xml.js";
import type { Answer } from "./types.js";

export interface Htres4 {
  kind: "import" | "business";
  /** Empty on a gateway error (faq 16), and then every other field of the head is empty as well. */
  messageId: string;
  code: string;
  text: string;
  /** The trip, in business receipts. */
  journeyId?: string;
  functionCode: string;
  receiverId: string;
  at: number;
}

function ns2(markup: Markup): Markup {
  const { content } = markup;
  return {
    ...markup,
    name: `ns2:${markup.name}`,
    content: Array.isArray(content) ? content.map((child: Markup) => ns2(child)) : content,
  };
}

/** 舱单回执: the root has no namespace, its children have one with a prefix (faq 16), everything in one line. */
export function htres4(of: Htres4): Answer {
  const known = of.messageId !== "";
  const root = el(
    "Manifest",
    [
      el(
        "Head",
        fields({
          MessageID: of.messageId,
          FunctionCode: known ? of.functionCode : "",
          SenderID: known ? "EPORT" : "",
          ReceiverID: known ? of.receiverId : "",
          SendTime: millis17(of.at),
          Version: known ? "1.0" : "",
        }),
      ),
      el("Response", [
        of.journeyId === undefined ? undefined : el("JourneyID", of.journeyId),
        el("AdditionalInformation", fields({ StatementCode: of.code, StatementDescription: of.text })),
      ]),
    ].map(ns2),
    { "xmlns:ns2": "urn:Declaration:datamodel:standard:CN:HTRES4:1" },
  );
  return {
    kind: of.kind,
    format: "HTRES4",
    code: of.code,
    body: Buffer.from(writeXml(root, { declaration: UTF8_STANDALONE, indent: "" }), "utf8"),
  };
}
