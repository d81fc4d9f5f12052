import JSZip from "jszip";
import { dateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import type { Wanted } from "./types.js";
import { prefixed, utf8, withAttributes } from "./written.js";

const DXP = "http://www.chinaport.gov.cn/dxp";

/** A file that goes into a wrapper. */
export interface Wrapped {
  name: string;
  bytes: Buffer;
}

function message(of: Wanted, { name, bytes }: Wrapped): Markup {
  return el(
    "DxpMsg",
    [
      el("TransInfo", [
        ...fields({ CopMsgId: `msg-${of.seqNo}`, SenderId: "DXPEDCINVT000001" }),
        el("ReceiverIds", [el("ReceiverId", `DXPESW${of.clientId}`)]),
        ...fields({ CreatTime: dateTime(of.at), MsgType: "RECEIPT" }),
      ]),
      // Lines of 76, as MIME breaks them.
      el("Data", bytes.toString("base64").replace(/(.{76})/g, "$1\n")),
      el("AddInfo", [el("FileName", name)]),
    ],
    { ver: "1.0" },
  );
}

async function zipped(files: readonly Wrapped[], at: number): Promise<Buffer> {
  const zip = new JSZip();
  for (const { name, bytes } of files) zip.file(name, bytes, { date: new Date(at) });
  return await zip.generateAsync({ type: "nodebuffer", compression: "DEFLATE" });
}

const first = (files: readonly Wrapped[]): Wrapped => files[0] ?? { name: "receipt.xml", bytes: Buffer.alloc(0) };

/** What may lie around a receipt: a DxpMsg, prefixed or not, in its server's element; a ZIP of one or several; both. */
export const WRAPPERS: Readonly<Record<string, (files: readonly Wrapped[], of: Wanted) => Promise<Buffer>>> = {
  DxpMsg: async (files, of) => utf8(withAttributes(message(of, first(files)), { xmlns: DXP })),
  "dxp:DxpMsg": async (files, of) =>
    utf8(withAttributes(prefixed("dxp", message(of, first(files))), { "xmlns:dxp": DXP })),
  DxpMsgSv: async (files, of) =>
    utf8(el("DxpMsgSv", [el("SvNo", "1"), message(of, first(files))], { xmlns: DXP, ver: "1.0" })),
  ZIP: (files, of) => zipped(files, of.at),
  "DxpMsg around a ZIP": async (files, of) => {
    const bytes = await zipped(files, of.at);
    return utf8(withAttributes(message(of, { name: "receipts.zip", bytes }), { xmlns: DXP }));
  },
};
