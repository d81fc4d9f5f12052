import { writeZip } from "../../lib/archive/index.js";
import {
  badZip,
  DEMO_IDENTITY,
  decXml,
  decZip,
  freshKey,
  type InvtOptions,
  invtXml,
  invtZip,
  type ManifestOptions,
  manifestKey,
  manifestXml,
  twoEdocs,
} from "../../simulator/samples/index.js";

/** What the simulator answers to a document that was sent all the same (simulator/README.md, "Rules"). */
export interface WouldBe {
  outcome: "accepted" | "refused" | "stuck" | "unanswered";
  /** The simulator's rule; empty where it has none, because the FAQ's receipt is a good one. */
  rule: string;
  /** Code and words of the import receipt, as the FAQ prints them. */
  receipt?: { code: string; text: RegExp };
}

/** A document of one FAQ item (14 to 21), as a producer would hand it in. */
export interface FaqDocument {
  item: 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21;
  what: string;
  folder: "DecCus001" | "Sas" | "Rmft";
  fileName: string;
  /** The producer's own key. */
  key: string;
  bytes: Buffer;
  /** What refuses it before it is sent: a preflight rule's id, or SW-ZIP. */
  refusedBy: string;
  /** The code of the whole flow where validate-xsd, which stands before preflight, sees it too. */
  flowCode?: string;
  /** Rules whose severity is an error here: by themselves they only warn. */
  raised?: string;
  simulator: WouldBe;
}

const EMPTY_NUMBER = /暂存的业务报文格式数据不正确! For input string: ""/;
const DATABASE = /系统错误\[数据库操作失败\]/;
const SESSION = /操作卡海关十位和Session中的不相符/;
const NOT_LISTED = /非白名单用户或者ic卡号不合法/;
const STUCK = { outcome: "stuck", receipt: { code: "0", text: /成功/ } } as const;

const refused = (rule: string, code: string, text: RegExp): WouldBe => ({
  outcome: "refused",
  rule,
  receipt: { code, text },
});

/** Documents of the FAQ's items 14 to 21 with fresh keys, each wrong in one way. */
export async function faqDocuments(at = Date.now()): Promise<FaqDocument[]> {
  const documents: FaqDocument[] = [];

  const dec = (document: Omit<FaqDocument, "folder" | "fileName"> & { zipped?: boolean }) => {
    const { zipped = false, ...rest } = document;
    documents.push({ ...rest, folder: "DecCus001", fileName: `${rest.key}.${zipped ? "zip" : "xml"}` });
  };
  for (const [what, options] of [
    ["an empty quantity in a row", { emptyFields: ["GQty"] }],
    ["an empty weight in the head", { head: { GrossWet: "" } }],
  ] as const) {
    const key = freshKey();
    dec({
      item: 14,
      what,
      key,
      bytes: decXml({ key, at, goods: 3, ...options }),
      refusedBy: "empty-numeric",
      flowCode: "SW-XSD",
      simulator: refused("empty-number", "1", EMPTY_NUMBER),
    });
  }

  const nested = freshKey();
  dec({
    item: 15,
    what: "a folder in the ZIP",
    key: nested,
    zipped: true,
    bytes: await badZip([{ name: `${nested}.xml`, bytes: decXml({ key: nested, at, goods: 3 }) }], { folder: "x", at }),
    refusedBy: "SW-ZIP",
    simulator: { outcome: "unanswered", rule: "folder-in-zip" },
  });
  const missing = freshKey();
  dec({
    item: 15,
    what: "a PDF missing for an EdocRealation",
    key: missing,
    zipped: true,
    bytes: await decZip({ key: missing, at, goods: 3, missing: 1 }),
    refusedBy: "edoc-missing-pdf",
    simulator: { ...STUCK, rule: "attachments" },
  });
  const unnamed = freshKey();
  const [loose] = twoEdocs(DEMO_IDENTITY.region, unnamed);
  dec({
    item: 15,
    what: "an EdocRealation missing for a PDF",
    key: unnamed,
    zipped: true,
    bytes: await writeZip(
      [
        { name: `${unnamed}.xml`, bytes: decXml({ key: unnamed, at, goods: 3 }) },
        { name: loose?.id ?? "", bytes: loose?.bytes ?? Buffer.alloc(0) },
      ],
      { at },
    ),
    refusedBy: "pdf-without-edoc",
    simulator: { ...STUCK, rule: "attachments" },
  });

  let serial = 0;
  const manifest = async (
    document: Pick<FaqDocument, "item" | "what" | "refusedBy" | "simulator"> & Partial<FaqDocument>,
    options: ManifestOptions,
    change: (xml: string) => string = (xml) => xml,
  ) => {
    const key = manifestKey(DEMO_IDENTITY, at + ++serial);
    const xml = Buffer.from(change(manifestXml({ at, key, ...options }).toString()));
    const bytes = await writeZip([{ name: `${key}.xml`, bytes: xml }], { at });
    documents.push({ folder: "Rmft", fileName: `${key}.zip`, key, bytes, ...document });
  };
  await manifest(
    {
      item: 16,
      what: "no MessageType",
      refusedBy: "message-type",
      flowCode: "SW-XSD",
      simulator: { outcome: "accepted", rule: "", receipt: { code: "0", text: /成功/ } },
    },
    {},
    (xml) => xml.replace(/<MessageType>.*?<\/MessageType>/, ""),
  );
  const content = { ...STUCK, rule: "manifest-content" };
  await manifest(
    { item: 17, what: "an empty element", refusedBy: "empty-element", simulator: content },
    { emptyElement: true },
  );
  await manifest(
    { item: 17, what: "order against the XSD", refusedBy: "manifest-order", flowCode: "SW-XSD", simulator: content },
    { wrongOrder: true },
  );
  await manifest(
    { item: 17, what: "a wrong SenderID", refusedBy: "sender-id", simulator: content },
    { senderId: `${DEMO_IDENTITY.orgCode}_DXPESW${DEMO_IDENTITY.clientId}` },
  );

  const invt = async (
    document: Pick<FaqDocument, "item" | "what" | "refusedBy" | "simulator"> & Partial<FaqDocument>,
    options: InvtOptions,
    change?: (xml: string) => string,
  ) => {
    const key = freshKey("N");
    const bytes = change
      ? await writeZip(
          [{ name: `${key}.xml`, bytes: Buffer.from(change(invtXml({ ...options, key, at }).toString())) }],
          {
            at,
          },
        )
      : await invtZip({ ...options, key, at });
    documents.push({ folder: "Sas", fileName: `${key}.zip`, key, bytes, ...document });
  };
  const database = refused("database", "-1", DATABASE);
  const accepted: WouldBe = { outcome: "accepted", rule: "", receipt: { code: "0", text: /成功/ } };
  await invt(
    { item: 18, what: "SeqNo in the rows only", refusedBy: "seqno-new-or-same", simulator: database },
    { rowSeqNo: "202600000000000001" },
  );
  await invt({ item: 18, what: "no account book", refusedBy: "account-book", simulator: database }, { putrecNo: "" });
  await invt(
    { item: 18, what: "a goods number twice", refusedBy: "goods-number-repeated", simulator: database },
    { repeatGoodsNo: true },
  );
  await invt(
    {
      item: 18,
      what: "a line of the declaration twice",
      refusedBy: "entry-number-repeated",
      raised: "entry-number-repeated",
      // Not all goods may be merged into one line: which ones, only customs knows.
      simulator: accepted,
    },
    {},
    (xml) => xml.replace("<EntryGdsSeqno>2<", "<EntryGdsSeqno>1<"),
  );
  await invt(
    {
      item: 18,
      what: "规格型号 escaped instead of CDATA",
      refusedBy: "cdata-spec",
      // To a reader of XML it is the same text.
      raised: "cdata-spec",
      simulator: accepted,
    },
    {},
    (xml) =>
      xml.replace(
        /<GdsSpcfModelDesc><!\[CDATA\[(.*?)\]\]>/,
        (_, text: string) => `<GdsSpcfModelDesc>${text.replaceAll("<", "&lt;")} &lt;36V`,
      ),
  );
  for (const [what, options] of [
    ["another InputCode", { inputCode: "4403969999" }],
    ["another OperCusRegCode", { operCusRegCode: "4403969999" }],
  ] as const) {
    await invt({ item: 19, what, refusedBy: "company-code", simulator: refused("company", "-1", SESSION) }, options);
  }
  await invt(
    {
      item: 20,
      what: "another card number",
      refusedBy: "card-number",
      simulator: refused("card-number", "-1", NOT_LISTED),
    },
    { head: { IcCardNo: "8900000000099" } },
  );
  await invt({ item: 21, what: "no SysId", refusedBy: "sys-id", simulator: accepted }, { sysId: "" });
  await invt(
    { item: 21, what: "another system's SysId", refusedBy: "sys-id", raised: "sys-id", simulator: accepted },
    { sysId: "Q9" },
  );
  await invt(
    {
      item: 21,
      what: "another declaring company",
      refusedBy: "applicant-company",
      raised: "applicant-company",
      simulator: accepted,
    },
    { head: { DclEtpsno: "4403969999" } },
  );
  return documents;
}
