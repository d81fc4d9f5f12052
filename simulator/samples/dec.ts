import { writeZip } from "../../lib/archive/index.js";
import { day, seconds14 } from "../china-time.js";
import { cdata, el, fields, type Markup, UTF8, writeXml } from "../write-xml.js";
import { goodsLines, netWeightOf } from "./goods.js";
import { complete, DEMO_IDENTITY, type SampleIdentity } from "./identity.js";
import { digits, freshKey, placeholderSignature } from "./keys.js";
import { pdf } from "./pdf.js";

export const DEC_NAMESPACE = "http://www.chinaport.gov.cn/dec";

/** One attachment that EdocRealation names. */
export interface Edoc {
  /** Name of the PDF in the ZIP (domain 1.1). */
  id: string;
  /** DEC.EdocCode. */
  code: string;
  bytes: Buffer;
}

export interface DecOptions {
  identity?: SampleIdentity;
  /** ClientSeqNo, 18 characters; fresh when left out. */
  key?: string;
  /** Lines of goods; 20 when left out. */
  goods?: number;
  /** `I` or `E`. */
  ieFlag?: "I" | "E";
  /** DEC.OperType; `C` (declare) when left out. `G` stores only. */
  operType?: string;
  /** Filled for a modification; else the element is left out. */
  seqNo?: string;
  /** Milliseconds since the epoch; every date in the document follows it. */
  at?: number;
  edocs?: readonly Edoc[];
  /** Goods fields that are left empty in the second line, e.g. `["GQty"]` (faq 14). */
  emptyFields?: readonly string[];
  /** Replaces or removes (undefined) fields of DecHead and DecSign. */
  head?: Record<string, string | undefined>;
  sign?: Record<string, string | undefined>;
  /** How the root is written; all of them occur (formats, "Sample shapes: DEC"). */
  namespace?: "default" | "none" | "prefix";
  version?: string;
  bom?: boolean;
}

/** `<4-digit office><code>IM<18 digits>.pdf`: the naming rule of domain 1.1. */
export function edocName(customsOffice: string, code: string): string {
  return `${customsOffice}${code}IM${digits(18)}.pdf`;
}

/** Invoice and packing list, each a small PDF. */
export function twoEdocs(customsOffice: string, key: string): Edoc[] {
  return [
    { id: edocName(customsOffice, "00000001"), code: "00000001", bytes: pdf(["COMMERCIAL INVOICE (sample)", key]) },
    { id: edocName(customsOffice, "00000002"), code: "00000002", bytes: pdf(["PACKING LIST (sample)", key]) },
  ];
}

function prefixed(markup: Markup, prefix: string): Markup {
  const content =
    typeof markup.content === "string" || !Array.isArray(markup.content)
      ? markup.content
      : markup.content.map((child: Markup) => prefixed(child, prefix));
  return { ...markup, name: `${prefix}:${markup.name}`, content };
}

/** A 报关单 of one consignment (DecMessage 4.8), as a bare XML. */
export function decXml(options: DecOptions = {}): Buffer {
  const identity = complete(options.identity ?? DEMO_IDENTITY);
  const { key = freshKey(), ieFlag = "I", operType = "C", at = Date.now(), seqNo, edocs = [] } = options;
  const goods = goodsLines(options.goods ?? 20);
  const net = netWeightOf(goods);
  const office = identity.region;
  const declares = operType === "C" || operType === "D";

  const head = fields({
    SeqNo: seqNo,
    IEFlag: ieFlag,
    AgentCode: identity.customsCode,
    AgentName: identity.companyName,
    BillNo: `DEMOBL${key.slice(-8)}`,
    ContrNo: `HT-${key.slice(-6)}`,
    CustomMaster: office,
    CutMode: "101",
    DistinatePort: "HKG003",
    GrossWet: (net * 1.08).toFixed(3),
    IEDate: day(at),
    IEPort: office,
    NetWt: net.toFixed(3),
    NoteS: cdata("示例报关单，非真实货物 <sample>"),
    OwnerCode: identity.customsCode,
    OwnerName: identity.companyName,
    PackNo: String(goods.length * 2),
    TradeCode: identity.customsCode,
    TradeCountry: "HKG",
    TradeMode: "0110",
    TradeName: identity.companyName,
    TrafMode: "4",
    TrafName: "示例车次A001",
    TransMode: "1",
    WrapType: "22",
    EdiId: "1",
    CopName: identity.companyName,
    CopCode: identity.orgCode,
    EntryType: "M",
    TypistNo: identity.cardNumber,
    InputerName: identity.operator,
    DeclTrnRel: "0",
    CopCodeScc: identity.creditCode,
    OwnerCodeScc: identity.creditCode,
    AgentCodeScc: identity.creditCode,
    TradeCoScc: identity.creditCode,
    PromiseItmes: "00000",
    TradeAreaCode: "HKG",
    MarkNo: "N/M",
    DespPortCode: "HKG003",
    EntyPortCode: "470501",
    GoodsPlace: "示例监管场所一号库",
    DespDate: day(at - 86_400_000),
    DeclareName: identity.operator,
    NoOtherPack: "1",
    OverseasConsignorEname: "SAMPLE TRADING (HK) LIMITED",
    ...options.head,
  });

  const empty = (index: number, name: string) => index === 1 && (options.emptyFields ?? []).includes(name);
  const lists = goods.map((line, index) => {
    const values: Record<string, string | ReturnType<typeof cdata>> = {
      CodeTS: line.code,
      DeclPrice: line.price,
      DutyMode: "1",
      GModel: cdata(line.model),
      GName: cdata(line.name),
      GNo: String(index + 1),
      OriginCountry: ieFlag === "I" ? "USA" : "CHN",
      TradeCurr: "USD",
      DeclTotal: line.total,
      GQty: line.quantity,
      FirstQty: line.firstQuantity,
      GUnit: line.unit,
      FirstUnit: line.firstUnit,
      DestinationCountry: ieFlag === "I" ? "CHN" : "USA",
      DestCode: "440300",
      DistrictCode: "44039",
    };
    for (const name of Object.keys(values)) if (empty(index, name)) values[name] = "";
    return el("DecList", fields(values));
  });

  const sign = fields({
    OperType: operType,
    ICCode: identity.cardNumber,
    CopCode: identity.orgCode,
    OperName: identity.operator,
    ClientSeqNo: key,
    // Which bytes DecSign/Sign covers is not public (domain 3): the samples carry a placeholder of the right size.
    Sign: declares ? placeholderSignature() : undefined,
    SignDate: `${seconds14(at)}00`,
    Certificate: identity.certificateNumber,
    DomainId: "1",
    ...options.sign,
  });

  const attachments = edocs.map(({ id, code, bytes }) =>
    el(
      "EdocRealation",
      fields({
        EdocID: id,
        EdocCode: code,
        EdocFomatType: "US",
        EdocCopId: id,
        EdocOwnerCode: identity.customsCode,
        SignUnit: identity.customsCode,
        SignTime: `${day(at)} ${seconds14(at)
          .slice(8)
          .replace(/(..)(..)(..)/, "$1:$2:$3")}`,
        EdocOwnerName: identity.companyName,
        EdocSize: String(bytes.length),
      }),
    ),
  );

  const root = el("DecMessage", [
    el("DecHead", head),
    el("DecLists", lists),
    el("DecLicenseDocus", [el("LicenseDocu", fields({ DocuCode: "Y", CertCode: cdata(`<08>${digits(10)}`) }))]),
    el("DecFreeTxt", fields({ VoyNo: digits(13), DecNo: digits(8) })),
    el("DecSign", sign),
    ...attachments,
  ]);
  const { namespace = "default", version = "4.8" } = options;
  const written = namespace === "prefix" ? prefixed(root, "ns0") : root;
  const attributes: Record<string, string> = version === "" ? {} : { Version: version };
  if (namespace === "default") attributes.xmlns = DEC_NAMESPACE;
  if (namespace === "prefix") attributes["xmlns:ns0"] = DEC_NAMESPACE;
  const text = writeXml({ ...written, attributes }, { declaration: UTF8 });
  return Buffer.from(options.bom ? `\ufeff${text}` : text, "utf8");
}

export interface DecZipOptions extends Omit<DecOptions, "edocs"> {
  /** Base name of the ZIP and of the XML in it; the key when left out. */
  name?: string;
  /** PDFs to leave out of the ZIP although EdocRealation names them, counted from the last (faq 15). */
  missing?: number;
}

/** A 报关单 ZIP: the XML and its two PDFs, flat. */
export async function decZip(options: DecZipOptions = {}): Promise<Buffer> {
  const key = options.key ?? freshKey();
  const at = options.at ?? Date.now();
  const edocs = twoEdocs((options.identity ?? DEMO_IDENTITY).region, key);
  const present = edocs.slice(0, edocs.length - (options.missing ?? 0));
  return await writeZip(
    [
      { name: `${options.name ?? key}.xml`, bytes: decXml({ ...options, key, at, edocs }) },
      ...present.map(({ id, bytes }) => ({ name: id, bytes })),
    ],
    { at },
  );
}
