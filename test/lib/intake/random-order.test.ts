import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BUILT_IN } from "../../../lib/advice/index.js";
import { Inspections } from "../../../lib/business/inspections.js";
import { Files } from "../../../lib/files/files.js";
import { Folders } from "../../../lib/files/folders.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { sha256Of } from "../../../lib/sha256.js";
import { clientSettings } from "../../support/client.js";
import { Random } from "../../support/random.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { envelope } from "../receipts/samples/sample.js";

const RECEIPTS = Number(process.env.SW_RECEIPTS) || 2_000;
const START = Date.parse("2024-05-06T08:00:00+08:00");

/** The numbers of one document along its way. */
interface Life {
  key: string;
  seqNo: string;
  customsNo: string;
}

const gate = (type: string, head: string, { seqNo, customsNo }: Life, result: string) =>
  envelope(
    type,
    `<${type}><HdeApprResult><etpsPreentNo>${seqNo}</etpsPreentNo><businessId>${customsNo}</businessId><manageResult>${result}</manageResult></HdeApprResult><${head}><passportNo>${customsNo}</passportNo><sasPassportPreentNo>${seqNo}</sasPassportPreentNo></${head}></${type}>`,
  );
const common = ({ key, seqNo }: Life) =>
  `<CommonResponeMessage><SeqNo>${seqNo}</SeqNo><EtpsPreentNo>${key}</EtpsPreentNo><CheckInfo>导入成功</CheckInfo><DealFlag>0</DealFlag></CommonResponeMessage>`;
const result = ({ seqNo, customsNo }: Partial<Life>, channel: string) =>
  `<DEC_RESULT><CUS_CIQ_NO>${seqNo ?? ""}</CUS_CIQ_NO><ENTRY_ID>${customsNo ?? ""}</ENTRY_ID><CHANNEL>${channel}</CHANNEL></DEC_RESULT>`;
const htres4 = ({ key }: Life, code: string) =>
  `<Manifest xmlns:n="urn:Declaration:datamodel:standard:CN:HTRES4:1"><n:Head><n:MessageID>${key}</n:MessageID></n:Head><n:Response><n:AdditionalInformation><n:StatementCode>${code}</n:StatementCode></n:AdditionalInformation></n:Response></Manifest>`;
const inventory = (type: string, { key, seqNo, customsNo }: Life, own: boolean) =>
  envelope(
    type,
    `<${type}><HdeApprResult><etpsPreentNo>${seqNo}</etpsPreentNo><businessId>${customsNo}</businessId><manageResult>1</manageResult></HdeApprResult><BondInvtBsc><bondInvtNo>${customsNo}</bondInvtNo><invtPreentNo>${seqNo}</invtPreentNo>${own ? `<etpsInnerInvtNo>${key}</etpsInnerInvtNo>` : ""}<vrfdedMarkcd>2</vrfdedMarkcd></BondInvtBsc></${type}>`,
  );

/** Message type -> its receipts, the import receipt first. Later ones know fewer and fewer of our own numbers. */
const LIVES: Record<string, (life: Life) => string[]> = {
  DEC: (life) => [
    `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${life.key}</ClientSeqNo><SeqNo>${life.seqNo}</SeqNo></DecImportResponse>`,
    result({ seqNo: life.seqNo }, "L"),
    `<DEC_DATA>${result(life, "P")}<RESULT_INFO/></DEC_DATA>`,
    result({ customsNo: life.customsNo }, "R"),
    `<TRN_RESULT><CUS_CIQ_NO>${life.seqNo}</CUS_CIQ_NO><PROC_RESULT>1</PROC_RESULT></TRN_RESULT>`,
  ],
  INV101: (life) => [
    common(life),
    inventory("INV201", life, true),
    envelope(
      "INV202",
      `<INV202><InvApprResult><invPreentNo>${life.seqNo}</invPreentNo><businessId>${life.customsNo}</businessId><entrySeqNo>E${life.seqNo.slice(1)}</entrySeqNo><manageResult>1</manageResult></InvApprResult></INV202>`,
    ),
    inventory("INV211", { ...life, seqNo: "" }, false),
  ],
  SAS121: (life) => [
    common(life),
    gate("SAS221", "SasPassportBsc", life, "1"),
    gate("SAS223", "SasPassportBsc", { ...life, seqNo: "" }, "1"),
    gate("SAS224", "SasPassportBsc", life, "2"),
  ],
  ICP101: (life) => [
    common(life),
    gate("SAS251", "Sas2stepPassportBsc", life, "1"),
    gate("SAS253", "Sas2stepPassportBsc", { ...life, seqNo: "" }, "1"),
  ],
  MT1401: (life) => [htres4(life, "0"), htres4(life, "E3"), htres4(life, "01")],
  CEB621: (life) =>
    ["2", "120", "800"].map(
      (status) =>
        `<CEB622Message xmlns="http://www.chinaport.gov.cn/ceb" guid="${life.key}"><InventoryReturn><guid>${life.key}</guid><copNo>c</copNo><preNo>${life.seqNo}</preNo><invtNo>${life.customsNo}</invtNo><returnStatus>${status}</returnStatus></InventoryReturn></CEB622Message>`,
    ),
  COO: (life) => [
    `<FileRet><CertNo>${life.key}</CertNo><RetType>1</RetType></FileRet>`,
    `<Receipt><CertNo>${life.key}</CertNo><Channel>6</Channel><CusRespData><RepType>5</RepType></CusRespData></Receipt>`,
  ],
  ACD: (life) => [
    `<ImportAgrResponse><ResponseInfo><ResponseCode>0</ResponseCode></ResponseInfo><ConsignNo>${life.customsNo}</ConsignNo><CopCusCode>${life.key}</CopCusCode></ImportAgrResponse>`,
    envelope("ACD002", `<ACD002><CONSIGN_NO>${life.customsNo}</CONSIGN_NO><PROC_RESULT>S</PROC_RESULT></ACD002>`),
  ],
};

/** Types whose import receipts have one format: only among these do own numbers and 18-digit numbers tell them apart. */
const ONE_SYSTEM: Readonly<Record<string, string>> = { INV101: "", SAS121: "S", ICP101: "P" };

/**
 * The numbers of one document: such as would be taken for one another where they are read as numbers, or compared without
 * type or case. Every type has the same own number, 18-digit number and customs number where the real ones may; own numbers
 * are 12E5, have leading zeros, differ in case only, or look like somebody else's 18-digit number.
 */
function livesOf(serial: number, type: string): Life {
  const plain = String(Math.floor(serial / 5)).padStart(6, "0");
  const mark = ONE_SYSTEM[type] ?? "";
  const seqNo = `0${mark === "" ? "0" : mark === "S" ? "1" : "2"}${String(serial).padStart(16, "0")}`;
  const other = `00${String(serial + 1).padStart(16, "0")}`;
  const key = [plain, `${plain}E5`, `k${plain}`, `K${plain}`, other][serial % 5] as string;
  return { key: `${mark}${key}`, seqNo, customsNo: `${mark}C${String(serial).padStart(17, "0")}` };
}

describe(`${RECEIPTS} receipts in random order`, () => {
  let ledger: Ledger;
  // Where it can it lies in memory: ten thousand files, each with its fsync, take a minute on a disk; no power is cut here.
  const dir = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/sw-receipts-") : scratch();
  after(async function () {
    this.timeout(180_000);
    await ledger?.close();
    rmSync(dir, { recursive: true, force: true });
    removeScratch();
  });

  it("all find their document, and no other", async () => {
    const seed = Number(process.env.SW_SEED) || Date.now() & 0x7fffffff;
    console.log(`      seed ${seed}`);
    const random = new Random(seed);
    const root = join(dir, "ImpPath");
    mkdirSync(root, { recursive: true });
    ledger = await openLedger(join(dir, "ledger.db"));
    const context = {
      settings: clientSettings({ root }),
      folders: new Folders(root),
      files: new Files(),
      clock: SYSTEM.clock,
      ids: SYSTEM.ids,
      ledger,
      lease: { assertHeld: () => {} },
      advice: BUILT_IN,
      notice: () => {},
      receiptFiled: () => {},
      receiptMatched: () => {},
      inspections: new Inspections(),
    };

    /** sha256 of a receipt -> the document that it answers. */
    const owner = new Map<string, string>();
    const counts = new Map<string, number>();
    const deliveries: { body: Buffer; messageId: string }[] = [];
    const types = Object.keys(LIVES);
    for (let number = 0; deliveries.length < RECEIPTS; number++) {
      const type = types[number % types.length] as string;
      const serial = Math.floor(number / types.length);
      const life = livesOf(serial, type);
      const row = documentRow({
        messageType: type,
        business: `B${type}`,
        clientKey: life.key,
        fileName: `${number}.xml`,
        state: "sent",
        claimedAt: START,
        sendingAt: START,
        sentAt: START,
      });
      await ledger.claim(row);
      for (const xml of LIVES[type]?.(life) ?? []) {
        const body = Buffer.from(xml);
        owner.set(sha256Of(body), row.id);
        counts.set(row.id, (counts.get(row.id) ?? 0) + 1);
        deliveries.push({ body, messageId: `m${deliveries.length}` });
      }
    }
    // Redelivered under the same id, and the same receipt over a second route.
    const plain = deliveries.length;
    for (let extra = 0; extra < 500; extra++) {
      const again = random.pick(deliveries);
      deliveries.push({ ...again, messageId: extra % 2 === 0 ? again.messageId : `second-route-${extra}` });
    }
    for (let at = deliveries.length - 1; at > 0; at--) {
      const other = random.between(0, at);
      [deliveries[at], deliveries[other]] = [deliveries[other] as never, deliveries[at] as never];
    }

    let early = 0;
    const began = performance.now();
    for (const [index, { body, messageId }] of deliveries.entries()) {
      const delivery = { body, fileName: "", business: "", messageId, receivedAt: START + 60_000 + index };
      for (const part of await readDelivery(context, delivery)) {
        if (part.receipts.some(({ documentId }) => documentId === null)) early++;
        await storeReceipt(context, delivery, part);
      }
    }
    const seconds = (performance.now() - began) / 1000;

    let right = 0;
    const wrong: string[] = [];
    const guesses = new Set<string>();
    for (const [id, mine] of counts) {
      const story = await ledger.story(id);
      const receipts = story?.receipts ?? [];
      for (const { matchedBy } of receipts) guesses.add(matchedBy);
      const own = receipts.filter(({ sha256 }) => owner.get(sha256) === id).length;
      right += own;
      if (own !== mine || receipts.length !== mine || story?.document.state !== "accepted") {
        wrong.push(
          `${story?.document.messageType} ${story?.document.clientKey}: ${own} of ${mine}, ${receipts.length}`,
        );
      }
    }
    console.log(
      `      ${right} of ${plain} right, ${early} came early, ${Math.round(deliveries.length / seconds)} a second`,
    );
    assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} documents have not just their own receipts`);
    assert.equal(right, plain);
    assert.ok(early > plain / 10, "the order was random: many came before the receipt that brings their number");
    assert.deepEqual([...guesses].sort(), ["clientKey", "customsNo", "seqNo"], "none by name or time");
  }).timeout(720_000);
});
