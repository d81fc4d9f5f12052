import type { GeneratedDocument } from "./options.js";
import type { Writer } from "./writer.js";

const DEC_HEAD_TEXT = (
  "ApprNo BillNo ContrNo CutMode DistinatePort FeeCurr FeeMark InsurCurr InsurMark LicenseNo ManualNo NoteS OtherCurr OtherMark " +
  "OwnerCode OwnerName TradeCode TradeMode TradeName TrafMode TrafName TransMode WrapType PreEntryId EdiId Risk EntryType PDate " +
  "PartenerID TgdNo DataSource ChkSurety BillType CopCodeScc OwnerCodeScc AgentCodeScc TradeCoScc CheckFlow TaxAaminMark " +
  "DespPortCode EntyPortCode GoodsPlace BLNo InspOrgCode SpecDeclFlag PurpOrgCode DespDate CmplDschrgDt CorrelationReasonFlag"
).split(" ");
const DEC_LIST_TEXT = (
  "ClassMark DutyMode ExgNo CiqCode DeclGoodsEname OrigPlaceCode Purpose ProdValidDt ProdQgp GoodsAttr Stuff Uncode DangName " +
  "DangPackType DangPackSpec EngManEntCnm NoDangFlag DestCode GoodsSpec GoodsModel GoodsBrand ProduceDate ProdBatchNo CiqName"
).split(" ");

/** A 报关单, its own number, and the PDFs that it names. */
export function declaration(w: Writer, attachments: GeneratedDocument["attachments"]): { body: string; key: string } {
  const { values, options } = w;
  const key = `C${values.day()}${values.digits(7)}`;
  const flag = values.one(["I", "E"]);
  const gross = values.number();
  const day = values.day();
  // Goods weigh no more without their packing than with it.
  const [net = gross] = [values.number(), gross].sort((one, other) => Number(one) - Number(other));
  const head = w.element("DecHead", [
    w.unused("SeqNo"),
    w.field("IEFlag", flag),
    w.field("AgentCode", w.identity.customsCode),
    w.field("AgentName", "报关有限公司"),
    w.field("CustomMaster", w.identity.region),
    w.field("GrossWet", gross),
    w.field("IEDate", day),
    w.field("NetWt", net),
    w.field("PackNo", values.digits(3)),
    w.field("CopName", "报关有限公司"),
    w.field("CopCode", w.identity.orgCode),
    w.field("InputerName", "张三"),
    w.field("TypistNo", values.digits(8)),
    w.field("DeclTrnRel", "0"),
    w.field("PromiseItmes", "000"),
    w.field("TradeAreaCode", "HKG"),
    w.free("MarkNo"),
    w.field("DeclareName", "李四"),
    ...DEC_HEAD_TEXT.map((name) => w.unused(name)),
  ]);
  const lists = Array.from({ length: options.rows }, (_, index) =>
    w.element("DecList", [
      w.field("CodeTS", values.digits(10)),
      w.field("DeclPrice", values.number()),
      w.free("GModel"),
      w.free("GName"),
      w.field("GNo", String(index + 1)),
      w.field("OriginCountry", "DEU"),
      w.field("TradeCurr", "USD"),
      w.field("DeclTotal", values.number()),
      w.field("GQty", values.number()),
      w.field("FirstQty", values.number()),
      w.field("GUnit", "007"),
      w.field("FirstUnit", "035"),
      w.field("DestinationCountry", "CHN"),
      ...DEC_LIST_TEXT.map((name) => w.unused(name)),
    ]),
  );
  const edocs: string[] = [];
  for (let index = 0; index < options.pdfs; index++) {
    const code = values.one(["00000001", "00000002", "00000004"]);
    const name = `5301${code}IM${values.digits(17)}${index}.pdf`;
    attachments.push({
      name,
      bytes: Buffer.from(`%PDF-1.4\n1 0 obj <</Type /Page>> endobj\n% ${values.digits(20)}\n%%EOF\n`),
    });
    edocs.push(
      w.element("EdocRealation", [
        w.field("EdocID", name),
        w.field("EdocCode", code),
        w.field("EdocFomatType", "US"),
        w.unused("OpNote"),
        w.field("EdocCopId", name),
        w.unused("EdocSize"),
      ]),
    );
  }
  const version = values.one([' Version="4.8"', ' version="3.1"', ' Version="5.0"', ""]);
  const operType = values.one(["A", "C", "E", "G"]);
  const declares = operType === "C";
  const message = w.element(
    "DecMessage",
    [
      head,
      w.element("DecLists", lists),
      w.element(
        "DecContainers",
        w.options.unused === "absent" ? "" : [w.element("Container", [w.unused("ContainerId")])],
      ),
      w.element("DecSign", [
        w.field("OperType", operType),
        // Who only stores need not name the operator.
        declares ? w.field("ICCode", "2100010012345") : w.unused("ICCode"),
        w.unused("CopCode"),
        declares ? w.field("OperName", "张三") : w.unused("OperName"),
        w.field("ClientSeqNo", key),
        w.unused("Sign"),
        w.field("SignDate", values.one([`${values.day()}${values.time()}00`, "2024-01-01 08:00:00"])),
        w.unused("Certificate"),
      ]),
      ...edocs,
    ],
    version + (options.wrapped ? "" : w.namespace("http://www.chinaport.gov.cn/dec")),
  );
  if (!options.wrapped) return { body: message, key };
  const swHead = w.element("SWImpHead", [w.field("MsgType", "SWDEC001"), w.field("FunctionCode", "0")]);
  const body = w.element(
    "ImportMessage",
    [swHead, w.element("SWImpData", [message])],
    // A prefix has to be declared somewhere.
    options.namespace === "prefixed" ? w.namespace("http://www.chinaport.gov.cn/dec") : "",
  );
  return { body, key };
}
