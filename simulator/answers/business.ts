import type { Memory } from "../memory.js";
import type { Recognised } from "../recognise.js";
import { textAt } from "../tree.js";
import { decResult } from "./dec-result.js";
import { familyBusiness, usual } from "./families.js";
import { htres4 } from "./htres4.js";
import { inv201 } from "./inv201.js";
import { inv202 } from "./inv202.js";
import { inv211 } from "./inv211.js";
import type { Answer, Numbers } from "./types.js";

/** A business receipt, written when it is due. */
export type Due = (at: number) => Answer;

interface Accepted {
  document: Recognised;
  seqNo: string;
  clientId: string;
  memory: Memory;
  now: number;
}

/** 入库, 接单交单, 放行, 结关 for a declared 报关单; 上载成功 for an uploaded one; nothing for a stored one. */
function declaration({ document, seqNo, memory, now }: Accepted): Due[] {
  const field = (name: string) => textAt(document.body, `DecHead/${name}`);
  const office = field("CustomMaster");
  const year = new Date(now).getFullYear();
  const entryId = `${office.padStart(4, "0").slice(0, 4)}${year}${field("IEFlag") === "E" ? 0 : 1}${memory.serial(now)}`;
  const result =
    (channel: string, note: string, withEntry: boolean, nested = false): Due =>
    (at) =>
      decResult({
        seqNo,
        entryId: withEntry ? entryId : "",
        channel,
        note,
        customMaster: office,
        ieDate: field("IEDate"),
        at,
        nested,
      });
  const operation = textAt(document.body, "DecSign/OperType");
  if (operation === "A" || operation === "B") return [result("3", "上载成功", false)];
  if (operation !== "C" && operation !== "D") return [];
  return [
    result("L", "海关入库", false),
    result("G", "接单交单", false, true),
    result("P", "放行", true),
    result("R", "结关", true),
  ];
}

/** INV201, INV202 where a declaration is made of the list, INV211; nothing for a stored one. */
function inventory({ document, seqNo, clientId, memory, now }: Accepted): Due[] {
  const { body, root } = document;
  const envelope = root.name === "Package" ? root : root.children.find(({ name }) => name === "Object")?.children[0];
  if (textAt(envelope, "DataInfo/BussinessData/DelcareFlag") !== "1") return [];
  const field = (name: string) => textAt(body, `InvtHeadType/${name}`);
  const year = String(new Date(now).getFullYear()).slice(2);
  const direction = field("ImpexpMarkcd") === "E" ? "E" : "I";
  const office = field("DclPlcCuscd").padStart(4, "0").slice(0, 4);
  const numbers: Numbers = {
    key: document.key,
    seqNo,
    customsNo: `QD${office}${year}${direction}${memory.serial(now)}`,
  };
  const id = (type: string) => `${type}_${seqNo}`;
  const receipts: Due[] = [(at) => inv201({ numbers, body, clientId, messageId: id("INV201"), at })];
  if (field("GenDecFlag") === "1") {
    const entrySeqNo = memory.seqNo(now);
    receipts.push((at) => inv202({ numbers, entrySeqNo, clientId, messageId: id("INV202"), at }));
  }
  receipts.push((at) => inv211({ numbers, body, clientId, messageId: id("INV211"), at }));
  return receipts;
}

function manifest({ document }: Accepted, statements: readonly (readonly [string, string])[]): Due[] {
  return statements.map(([code, text]) => (at: number) => {
    const journeyId = textAt(document.body, "Declaration/ID");
    return htres4({
      kind: "business",
      messageId: document.key,
      code,
      text,
      journeyId,
      functionCode: textAt(document.body, "Head/FunctionCode"),
      receiverId: textAt(document.body, "Head/SenderID"),
      at,
    });
  });
}

/** The business receipts of a document that was accepted, in their order. */
export function businessReceipts(accepted: Accepted): Due[] {
  switch (accepted.document.family) {
    case "dec":
      return declaration(accepted);
    case "inv":
      return inventory(accepted);
    case "manifest":
      return manifest(accepted, [
        ["E3", "发往海关成功"],
        ["01", "海关接受申报"],
      ]);
    default:
      return families(accepted);
  }
}

/** What the other families get: one receipt of the platform's for each head of the message. */
function families({ document, seqNo, clientId, memory, now }: Accepted): Due[] {
  const customsNo = `530020261${memory.serial(now)}`;
  const heads = document.heads.length > 0 ? document.heads : [document.key];
  return familyBusiness(document).flatMap(([format, code]) =>
    heads.flatMap((key) => {
      const due = (at: number) =>
        usual("business", format, { code, text: "", key, seqNo, customsNo, fileName: "", clientId, at });
      return due(now) === undefined ? [] : [(at: number) => due(at) as Answer];
    }),
  );
}

/** What comes, and then nothing more, for a document that stays at 成功发往海关 (faq 17). */
export function stuckReceipts(accepted: Accepted): Due[] {
  const { document, seqNo } = accepted;
  if (document.family === "manifest") return manifest(accepted, [["E3", "发往海关成功"]]);
  if (document.family !== "dec") return [];
  return [
    (at) =>
      decResult({
        seqNo,
        entryId: "",
        channel: "7",
        note: "成功发往海关",
        customMaster: textAt(document.body, "DecHead/CustomMaster"),
        ieDate: textAt(document.body, "DecHead/IEDate"),
        at,
      }),
  ];
}
