import { inflateRawSync } from "node:zlib";
import { inspect } from "../../lib/business/inspect.js";

/** What a world's producers hand in, and what the government's side answers: one kind of document in one folder. */
export interface Papers {
  /** The folder's code. */
  folder: string;
  /** A document with a key of its own; `pdfs` are the names of those that it announces. */
  document(key: string, version: number, pdfs: readonly string[]): Buffer;
  /** The key of a document. */
  key: RegExp;
  importReceipt(key: string, seqNo: string, ok: boolean, text: string): Buffer;
  businessReceipt(key: string, seqNo: string): Buffer;
}

/** 核注清单, INV101: one XML and nothing else. */
export const INVENTORY: Papers = {
  folder: "Sas",
  key: /<EtpsInnerInvtNo>([^<]*)</,
  document(key, version) {
    const body = `<InvtMessage><InvtHeadType><EtpsInnerInvtNo>${key}</EtpsInnerInvtNo></InvtHeadType></InvtMessage>`;
    const info = `<EnvelopInfo><message_type>INV101</message_type><version>${version}</version></EnvelopInfo>`;
    return Buffer.from(`<Package>${info}<DataInfo><BussinessData>${body}</BussinessData></DataInfo></Package>`);
  },
  importReceipt(key, seqNo, ok, text) {
    const flag = ok ? "0" : "-1";
    return Buffer.from(
      `<CommonResponeMessage><SeqNo>${ok ? seqNo : ""}</SeqNo><EtpsPreentNo>${key}</EtpsPreentNo><CheckInfo>${text}</CheckInfo><DealFlag>${flag}</DealFlag></CommonResponeMessage>`,
    );
  },
  businessReceipt(key, seqNo) {
    const head = `<BondInvtBsc><invtPreentNo>${seqNo}</invtPreentNo><bondInvtNo>QD${seqNo}</bondInvtNo><etpsInnerInvtNo>${key}</etpsInnerInvtNo></BondInvtBsc>`;
    const result = `<HdeApprResult><manageResult>1</manageResult><businessId>QD${seqNo}</businessId></HdeApprResult>`;
    return Buffer.from(
      `<Package><EnvelopInfo><message_type>INV201</message_type></EnvelopInfo><DataInfo><BussinessData><INV201>${result}${head}</INV201></BussinessData></DataInfo></Package>`,
    );
  },
};

/** 报关单 whose PDFs lie beside it: they are gathered into one ZIP with it (faq 15). */
export const DECLARATION: Papers = {
  folder: "DecCus001",
  key: /<ClientSeqNo>([^<]*)</,
  document(key, version, pdfs) {
    const edocs = pdfs.map(
      (name) =>
        `<EdocRealation><EdocID>${name}</EdocID><EdocCode>00000001</EdocCode><EdocFomatType>US</EdocFomatType></EdocRealation>`,
    );
    const head = `<DecHead><NoteS>version ${version}</NoteS></DecHead>`;
    const sign = `<DecSign><OperType>C</OperType><ClientSeqNo>${key}</ClientSeqNo></DecSign>`;
    return Buffer.from(`<DecMessage>${head}${edocs.join("")}${sign}</DecMessage>`);
  },
  importReceipt(key, seqNo, ok, text) {
    const said = `<ResponseCode>${ok ? "0" : "1"}</ResponseCode><ErrorMessage>${text}</ErrorMessage>`;
    return Buffer.from(
      `<DecImportResponse>${said}<ClientSeqNo>${key}</ClientSeqNo>${ok ? `<SeqNo>${seqNo}</SeqNo>` : ""}</DecImportResponse>`,
    );
  },
  businessReceipt(key, seqNo) {
    const numbers = `<SEQ_NO>${seqNo}</SEQ_NO><ENTRY_ID>530020261${seqNo.slice(-9)}</ENTRY_ID><CLIENTSEQ_NO>${key}</CLIENTSEQ_NO>`;
    return Buffer.from(
      `<DEC_DATA><DEC_RESULT>${numbers}<CHANNEL>R</CHANNEL><NOTE></NOTE></DEC_RESULT><RESULT_INFO></RESULT_INFO></DEC_DATA>`,
    );
  },
};

/** A PDF that a declaration announces. */
export const pdfText = (name: string, version: number): Buffer =>
  Buffer.from(`%PDF-1.4\n1 0 obj <</Title (${name} ${version})>> endobj\n%%EOF\n`);

/** The entries of a ZIP as we write it; undefined for what is none, or half of one. */
export function entriesOf(zip: Buffer): Map<string, Buffer> | undefined {
  if (zip.length < 30 || zip.readUInt32LE(0) !== 0x04034b50 || zip.readUInt32LE(zip.length - 22) !== 0x06054b50)
    return undefined;
  const entries = new Map<string, Buffer>();
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50; ) {
    const [size, named, more] = [zip.readUInt32LE(at + 18), zip.readUInt16LE(at + 26), zip.readUInt16LE(at + 28)];
    const from = at + 30 + named + more;
    const bytes = zip.subarray(from, from + size);
    entries.set(
      zip.toString("utf8", at + 30, at + 30 + named),
      zip.readUInt16LE(at + 8) === 0 ? bytes : inflateRawSync(bytes),
    );
    at = from + size;
  }
  return entries;
}

/** To be awaited once before any world is run: what is read for the first time would be waited for in real time. */
export async function prepared(): Promise<void> {
  await inspect(INVENTORY.document("K", 1, []), "K.xml");
}
