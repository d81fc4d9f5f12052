import { writeZip } from "../../lib/archive/index.js";
import { dateTime, day } from "../china-time.js";
import { cdata, el, fields, writeXml } from "../write-xml.js";
import { goodsLines } from "./goods.js";
import { complete, DEMO_IDENTITY, type SampleIdentity } from "./identity.js";
import { freshKey } from "./keys.js";

export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

export interface InvtOptions {
  identity?: SampleIdentity;
  /** EtpsInnerInvtNo; fresh when left out. */
  key?: string;
  /** Lines of goods; 5 when left out. */
  goods?: number;
  at?: number;
  /** Base name of the ZIP and the XML; the key when left out. */
  name?: string;
  /** 1 declares, 0 stores only. */
  declareFlag?: "0" | "1";
  /** 18-digit number of a modification, in head and rows. */
  seqNo?: string;
  /** Another number in the rows than in the head (faq 18, its point 1); `undefined` repeats the head's. */
  rowSeqNo?: string;
  inputCode?: string;
  operCusRegCode?: string;
  sysId?: string;
  putrecNo?: string;
  /** Gives the second line the first line's goods number (faq 18, its point 3). */
  repeatGoodsNo?: boolean;
  head?: Record<string, string | undefined>;
}

/** A 核注清单 without its signature: only `Object` in `Signature` (formats, "Sample shapes: INV101", 3). */
export function invtXml(options: InvtOptions = {}): Buffer {
  const identity = complete(options.identity ?? DEMO_IDENTITY);
  const { key = freshKey("N"), at = Date.now(), declareFlag = "1", sysId = "Z7" } = options;
  const name = options.name ?? key;
  const company = { code: identity.customsCode, credit: identity.creditCode, name: identity.companyName };
  const { seqNo } = options;
  const rowSeqNo = options.rowSeqNo ?? seqNo;

  const head = fields({
    SeqNo: seqNo,
    PutrecNo: options.putrecNo ?? `T${identity.region}W000123`,
    EtpsInnerInvtNo: key,
    BizopEtpsSccd: company.credit,
    BizopEtpsno: company.code,
    BizopEtpsNm: company.name,
    RvsngdEtpsSccd: company.credit,
    RcvgdEtpsno: company.code,
    RcvgdEtpsNm: company.name,
    DclEtpsSccd: company.credit,
    DclEtpsno: company.code,
    DclEtpsNm: company.name,
    InputCode: options.inputCode ?? company.code,
    InputCreditCode: company.credit,
    InputName: company.name,
    InputTime: day(at),
    InvtDclTime: day(at),
    CorrEntryDclEtpsSccd: company.credit,
    CorrEntryDclEtpsNo: company.code,
    CorrEntryDclEtpsNm: company.name,
    ImpexpPortcd: identity.region,
    DclPlcCuscd: identity.region,
    ImpexpMarkcd: "I",
    MtpckEndprdMarkcd: "I",
    SupvModecd: "5000",
    TrspModecd: "9",
    DclcusFlag: "1",
    DclcusTypecd: "2",
    IcCardNo: identity.cardNumber,
    DecType: "3",
    Rmk: cdata("示例核注清单，非真实货物"),
    StshipTrsarvNatcd: "110",
    InvtType: "0",
    DclTypecd: "1",
    GenDecFlag: "1",
    ...options.head,
  });

  const rows = goodsLines(options.goods ?? 5).map((line, index) =>
    el(
      "InvtListType",
      fields({
        SeqNo: rowSeqNo,
        GdsSeqno: String(options.repeatGoodsNo && index === 1 ? 1 : index + 1),
        PutrecSeqno: String(index + 1),
        GdsMtno: line.material,
        Gdecd: line.code,
        GdsNm: cdata(line.name),
        GdsSpcfModelDesc: cdata(line.model),
        DclUnitcd: line.unit,
        LawfUnitcd: line.firstUnit,
        Natcd: "502",
        DclUprcAmt: line.price,
        DclTotalAmt: line.total,
        DclCurrcd: "502",
        LawfQty: line.firstQuantity,
        DclQty: line.quantity,
        NetWt: String(line.netWeight),
        UseCd: "0",
        LvyrlfModecd: "3",
        EntryGdsSeqno: String(index + 1),
        ClyMarkcd: "0",
        DestinationNatcd: "142",
        ModfMarkcd: "0",
      }),
    ),
  );

  const root = el(
    "Signature",
    [
      el(
        "Object",
        [
          el("Package", [
            el(
              "EnvelopInfo",
              fields({
                version: "1.0",
                message_id: `INV101_${key}`,
                file_name: `${name}.zip`,
                message_type: "INV101",
                sender_id: `DXPESW${identity.clientId}`,
                receiver_id: "DXPDSWSAS0000001",
                send_time: dateTime(at),
                Ic_Card: identity.cardNumber,
              }),
            ),
            el("DataInfo", [
              el("BussinessData", [
                el("DelcareFlag", declareFlag),
                el("InvtMessage", [
                  el("SysId", sysId),
                  el("OperCusRegCode", options.operCusRegCode ?? company.code),
                  el("InvtHeadType", head),
                  ...rows,
                ]),
              ]),
            ]),
          ]),
        ],
        { Id: "String" },
      ),
    ],
    { xmlns: XMLDSIG },
  );
  return Buffer.from(writeXml(root), "utf8");
}

/** A 核注清单 ZIP, unsigned as a producer leaves it. */
export async function invtZip(options: InvtOptions = {}): Promise<Buffer> {
  const key = options.key ?? freshKey("N");
  const at = options.at ?? Date.now();
  return await writeZip([{ name: `${options.name ?? key}.xml`, bytes: invtXml({ ...options, key, at }) }], { at });
}
