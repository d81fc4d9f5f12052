import assert from "node:assert/strict";
import { writeZip } from "../../lib/archive/index.js";
import { readReceipts } from "../../lib/receipts/index.js";
import { scanXml, type XmlElement } from "../../lib/xml/scan.js";
import type { Answer } from "../../simulator/answers/types.js";
import { FAULTS } from "../../simulator/faults/index.js";
import { Lru, Memory } from "../../simulator/memory.js";
import { type Arrived, Desk, type Story } from "../../simulator/process.js";
import {
  badZip,
  DEMO_IDENTITY,
  type DecOptions,
  decXml,
  decZip,
  freshKey,
  type InvtOptions,
  invtXml,
  invtZip,
  type ManifestOptions,
  manifestKey,
  manifestXml,
} from "../../simulator/samples/index.js";
import { Trust } from "../../simulator/signature.js";
import { type CompanyCard, companyCard } from "./company-card.js";

const AT = Date.UTC(2026, 4, 6, 7, 8, 9);
const FOR_INPUT = '01暂存的业务报文格式数据不正确! For input string: ""';
const NOT_LISTED = "非白名单用户或者ic卡号不合法，请检查";

describe("simulator: what a document is answered", () => {
  let card: CompanyCard;
  let desk: Desk;
  let serial = 0;

  before(() => {
    card = companyCard();
  });
  after(() => card.remove());
  beforeEach(() => {
    desk = new Desk({ clientId: "DEMO0001", trust: Trust.fromFiles([card.certificateFile]) });
  });

  const send = (body: Buffer, extra: Partial<Arrived> = {}): Promise<Story> =>
    desk.judge({ body, messageId: `m${++serial}`, business: "DecCus001", headers: card.headersFor(body), ...extra });
  const dec = (options: DecOptions = {}) => send(decXml({ goods: 2, ...options }));
  const invt = async (options: InvtOptions = {}) => send(await card.signInvt(await invtZip(options)));
  const zipped = (xml: Buffer) => writeZip([{ name: "a.xml", bytes: xml }], { at: AT });
  const manifest = async (options: ManifestOptions = {}) => send(await zipped(manifestXml(options)));

  const tree = (answer: Answer | undefined): XmlElement => scanXml(answer?.body as Buffer);
  const textOf = (answer: Answer | undefined): string => answer?.body.toString("utf8") ?? "";
  const due = (story: Story): Answer[] => story.business.map((make) => make(AT));

  it("takes a declared 报关单 to 结关: own number, then 18 digits, then customs' number", async () => {
    const key = freshKey();
    const story = await dec({ key });
    assert.equal(story.outcome, "accepted");
    assert.match(story.seqNo, /^0\d{17}$/);
    const receipt = tree(story.importReceipt);
    assert.equal(receipt.namespace, "http://www.chinaport.gov.cn/dec");
    assert.deepEqual(
      receipt.children.map(({ name, text }) => [name, text]),
      [
        ["ResponseCode", "0"],
        ["ErrorMessage", "导入成功"],
        ["ClientSeqNo", key],
        ["SeqNo", story.seqNo],
      ],
    );
    const business = due(story);
    assert.deepEqual(
      business.map(({ code }) => code),
      ["L", "G", "P", "R"],
    );
    const results = business.map((answer) => tree(answer).find("DEC_RESULT") as XmlElement);
    for (const result of results) {
      assert.equal(result.namespace, "");
      assert.equal(result.textAt("CUS_CIQ_NO"), story.seqNo);
      assert.equal(result.child("CLIENTSEQ_NO"), undefined);
    }
    const entries = results.map((result) => result.textAt("ENTRY_ID"));
    assert.deepEqual(entries.slice(0, 2), ["", ""]);
    assert.match(entries[2] as string, /^5300\d{4}1\d{9}$/);
    assert.equal(entries[3], entries[2]);
    assert.equal(tree(business[1]).name, "DEC_DATA");
    assert.match(textOf(business[0]), /^<\?xml version="1.0" encoding="UTF-8" standalone="yes"\?>/);
    assert.match(textOf(business[0]), /<NOTICE_DATE>2026-05-06T15:08:09<\/NOTICE_DATE>/);
  });

  it("only stores a 报关单 that is to be stored", async () => {
    assert.deepEqual((await dec({ operType: "G" })).business, []);
    assert.deepEqual(
      due(await dec({ operType: "A" })).map(({ code }) => code),
      ["3"],
    );
  });

  it("takes a 报关单 ZIP, and every shape of the XML that producers write", async () => {
    assert.equal((await send(await decZip())).outcome, "accepted");
    for (const options of [{ namespace: "none" }, { namespace: "prefix" }, { bom: true }, { version: "" }] as const) {
      assert.equal((await dec(options)).outcome, "accepted", JSON.stringify(options));
    }
  });

  it("takes a 核注清单: INV201, INV202 and INV211, the last two without the own number", async () => {
    const key = freshKey("N");
    const story = await invt({ key });
    assert.equal(story.outcome, "accepted", story.why);
    const receipt = tree(story.importReceipt);
    assert.equal(receipt.name, "CommonResponeMessage");
    assert.deepEqual(
      receipt.children.map(({ name, text }) => [name, text]),
      [
        ["SeqNo", story.seqNo],
        ["EtpsPreentNo", key],
        ["CheckInfo", "导入成功"],
        ["DealFlag", "0"],
      ],
    );
    const [approval, generated, booked, ...rest] = due(story);
    assert.equal(rest.length, 0);
    const inv201 = tree(approval);
    assert.equal(inv201.namespace, "http://www.w3.org/2000/09/xmldsig#");
    assert.ok(textOf(approval).startsWith("<Package "), "the INV201 has no XML declaration");
    const body = inv201.at("DataInfo/BussinessData/INV201");
    assert.equal(body?.textAt("HdeApprResult/etpsPreentNo"), story.seqNo);
    assert.equal(body?.textAt("BondInvtBsc/etpsInnerInvtNo"), key);
    const customsNo = body?.textAt("BondInvtBsc/bondInvtNo") as string;
    assert.match(customsNo, /^QD5300\d\dI\d{9}$/);
    assert.equal(body?.children.filter(({ name }) => name === "BondInvtDt").length, 5);
    const made = tree(generated).at("DataInfo/BussinessData/INV202/InvApprResult");
    assert.deepEqual([made?.textAt("invPreentNo"), made?.textAt("businessId")], [story.seqNo, customsNo]);
    assert.equal(tree(generated).find("PocketInfo"), undefined);
    const stored = tree(booked).at("DataInfo/BussinessData/INV211/BondInvtBsc");
    assert.deepEqual([stored?.textAt("invtPreentNo"), stored?.textAt("bondInvtNo")], [story.seqNo, customsNo]);
    assert.ok(!textOf(generated).includes(key) && !textOf(booked).includes(key));
    assert.deepEqual((await invt({ declareFlag: "0" })).business, []);
    assert.equal((await invt({ head: { GenDecFlag: "2" } })).business.length, 2);
  });

  it("takes a zipped manifest", async () => {
    const key = manifestKey(DEMO_IDENTITY);
    const story = await manifest({ key });
    assert.equal(story.outcome, "accepted", story.why);
    const receipt = tree(story.importReceipt);
    assert.deepEqual([receipt.name, receipt.namespace, receipt.qualifiedName], ["Manifest", "", "Manifest"]);
    assert.equal(receipt.children[0]?.qualifiedName, "ns2:Head");
    assert.equal(receipt.textAt("Head/MessageID"), key);
    assert.equal(receipt.textAt("Response/AdditionalInformation/StatementCode"), "0");
    assert.deepEqual(
      due(story).map(({ code }) => code),
      ["E3", "01"],
    );
  });

  it("repeats FAQ 16 for a bare manifest, whoever signed it", async () => {
    const story = await send(manifestXml(), { headers: {} });
    assert.equal(story.outcome, "refused");
    const receipt = tree(story.importReceipt);
    assert.equal(receipt.textAt("Head/MessageID"), "");
    assert.ok(receipt.at("Head/MessageID"));
    assert.equal(receipt.textAt("Response/AdditionalInformation/StatementCode"), "-900517");
    assert.equal(receipt.textAt("Response/AdditionalInformation/StatementDescription"), "报文中不存在MessageType端点");
  });

  /** What each fault is answered; the rule's name stands in the story. */
  const refusals: [string, string, () => Promise<Story>, string, string][] = [
    ["an empty GQty", "empty-number", () => dec({ emptyFields: ["GQty"] }), "1", FOR_INPUT],
    ["an empty GrossWet", "empty-number", () => dec({ head: { GrossWet: "" } }), "1", FOR_INPUT],
    ["a 报关单 without signature", "signature", () => send(decXml(), { headers: {} }), "1", NOT_LISTED],
    [
      "a 舱单 without signature",
      "signature",
      async () => send(await zipped(manifestXml()), { headers: {} }),
      "-1",
      NOT_LISTED,
    ],
    ["a 核注清单 without signature", "signature", async () => send(await invtZip()), "-1", NOT_LISTED],
    ["another card number", "card-number", () => invt({ head: { IcCardNo: "8900000000099" } }), "-1", NOT_LISTED],
    [
      "another InputCode",
      "company",
      () => invt({ inputCode: "4403969999" }),
      "-1",
      "操作卡海关十位和Session中的不相符",
    ],
    [
      "another OperCusRegCode",
      "company",
      () => invt({ operCusRegCode: "4403969999" }),
      "-1",
      "操作卡海关十位和Session中的不相符",
    ],
    [
      "SeqNo in the rows only",
      "database",
      () => invt({ rowSeqNo: "202600000000000001" }),
      "-1",
      "系统错误[数据库操作失败]",
    ],
    ["no PutrecNo", "database", () => invt({ putrecNo: "" }), "-1", "系统错误[数据库操作失败]"],
    ["a goods number twice", "database", () => invt({ repeatGoodsNo: true }), "-1", "系统错误[数据库操作失败]"],
  ];
  for (const [what, rule, run, code, text] of refusals) {
    it(`refuses ${what}`, async () => {
      const story = await run();
      assert.deepEqual([story.outcome, story.rule], ["refused", rule]);
      assert.deepEqual(story.business, []);
      const receipt = tree(story.importReceipt);
      const values = new Map([...receipt.walk()].map((element) => [element.name, element.text]));
      assert.equal(values.get("ResponseCode") ?? values.get("DealFlag") ?? values.get("StatementCode"), code);
      assert.equal(values.get("ErrorMessage") ?? values.get("CheckInfo") ?? values.get("StatementDescription"), text);
      assert.equal(values.has("SeqNo"), false);
      assert.equal(values.get("ClientSeqNo") ?? values.get("EtpsPreentNo") ?? values.get("MessageID"), story.key);
      assert.notEqual(story.key, "");
    });
  }

  it("takes an empty element that is no number: templates write them", async () => {
    assert.equal((await dec({ head: { LicenseNo: "" } })).outcome, "accepted");
  });

  it("refuses an accepted document's number under another message id, but not a refused one's", async () => {
    for (const [run, code] of [
      [dec, "1"],
      [invt, "-1"],
      [manifest, "19001"],
    ] as [(options: { key: string }) => Promise<Story>, string][]) {
      const key = run === manifest ? manifestKey(DEMO_IDENTITY) : freshKey();
      assert.equal((await run({ key })).outcome, "accepted");
      const again = await run({ key });
      assert.deepEqual([again.outcome, again.rule, again.importReceipt?.code], ["refused", "repeated-key", code]);
    }
    const corrected = freshKey();
    assert.equal((await dec({ key: corrected, emptyFields: ["GQty"] })).outcome, "refused");
    assert.equal((await dec({ key: corrected })).outcome, "accepted");
    const changed = freshKey("N");
    const first = await invt({ key: changed });
    assert.equal((await invt({ key: changed, seqNo: first.seqNo })).seqNo, first.seqNo);
  });

  it("answers the same message id with the same import receipt and nothing else", async () => {
    const body = decXml();
    const first = await send(body, { messageId: "same" });
    const again = await send(body, { messageId: "same" });
    assert.equal(again.outcome, "duplicate");
    assert.deepEqual(again.importReceipt, first.importReceipt);
    assert.deepEqual(again.business, []);
    assert.equal(again.bytesDiffer, undefined);
    assert.equal((await send(decXml(), { messageId: "same" })).bytesDiffer, true);
    const bare = manifestXml();
    const refused = await send(bare, { messageId: "bare" });
    assert.deepEqual((await send(bare, { messageId: "bare" })).importReceipt, refused.importReceipt);
  });

  it("takes the second of two copies that arrive at once for what it is", async () => {
    const body = decXml();
    const stories = await Promise.all([send(body, { messageId: "twin" }), send(body, { messageId: "twin" })]);
    assert.deepEqual(stories.map(({ outcome }) => outcome).sort(), ["accepted", "duplicate"]);
  });

  const silent: [string, string, () => Promise<Story>][] = [
    [
      "a folder in the ZIP",
      "folder-in-zip",
      async () => send(await badZip([{ name: "a.xml", bytes: decXml() }], { folder: "x" })),
    ],
    ["a 核注清单 outside a ZIP", "bare-inventory", () => send(invtXml())],
    ["a broken ZIP", "unreadable", async () => send((await decZip()).subarray(0, 900))],
    ["no known document", "unknown", () => send(Buffer.from("<x/>"), { business: "Sas" })],
  ];
  for (const [what, rule, run] of silent) {
    it(`does not answer ${what}`, async () => {
      const story = await run();
      assert.deepEqual([story.outcome, story.rule], ["unanswered", rule]);
      assert.equal(story.importReceipt, undefined);
      assert.deepEqual(story.business, []);
    });
  }

  it("answers what is no XML in a 报关单 folder without a key", async () => {
    const story = await send(Buffer.from("no XML"));
    assert.equal(story.outcome, "refused");
    assert.equal(tree(story.importReceipt).child("ClientSeqNo"), undefined);
  });

  const stuck: [string, string, () => Promise<Story>, string[]][] = [
    [
      "a data descriptor",
      "zip-headers",
      async () => send(await badZip([{ name: "a.xml", bytes: decXml() }], { dataDescriptors: true })),
      ["7"],
    ],
    ["a missing PDF", "attachments", async () => send(await decZip({ missing: 1 })), ["7"]],
    [
      "a PDF that EdocRealation does not name",
      "attachments",
      async () =>
        send(
          await writeZip(
            [
              { name: "a.xml", bytes: decXml() },
              { name: "x.pdf", bytes: Buffer.from("x") },
            ],
            { at: AT },
          ),
        ),
      ["7"],
    ],
    ["a manifest with an empty element", "manifest-content", () => manifest({ emptyElement: true }), ["E3"]],
    ["a manifest out of order", "manifest-content", () => manifest({ wrongOrder: true }), ["E3"]],
    ["a wrong SenderID", "manifest-content", () => manifest({ senderId: "123456789_DXPESWDEMO0001" }), ["E3"]],
    [
      "another client's SenderID",
      "manifest-content",
      () => manifest({ senderId: "5300123456789_DXPESWDEMO0002" }),
      ["E3"],
    ],
  ];
  for (const [what, rule, run, codes] of stuck) {
    it(`leaves ${what} at 成功发往海关`, async () => {
      const story = await run();
      assert.deepEqual([story.outcome, story.rule], ["stuck", rule]);
      assert.equal(story.importReceipt?.code, "0");
      const business = due(story);
      assert.deepEqual(
        business.map(({ code }) => code),
        codes,
      );
    });
  }

  it("has a case above for every rule", () => {
    const tried = [...refusals, ...silent, ...stuck].map(([, rule]) => rule);
    const known = FAULTS.map(({ id }) => id);
    assert.deepEqual(
      known.filter((id) => !tried.includes(id) && !["bare-manifest", "repeated-key"].includes(id)),
      [],
    );
  });

  it("writes receipts that the client's parser reads as they are meant", async () => {
    const stories = [
      await dec(),
      await invt(),
      await manifest(),
      await dec({ emptyFields: ["GQty"] }),
      await send(manifestXml()),
    ];
    for (const story of stories) {
      for (const answer of [story.importReceipt as Answer, ...due(story)]) {
        const { parts } = await readReceipts(answer.body);
        const [receipt] = parts[0]?.receipts ?? [];
        assert.equal(receipt?.kind, answer.kind, answer.format);
        assert.equal(receipt?.ok, story.outcome === "accepted", `${answer.format} ${answer.code}`);
        if (story.seqNo !== "") assert.equal(receipt?.seqNo, story.seqNo, answer.format);
      }
    }
  });
});

describe("simulator: memory", () => {
  it("forgets the oldest, and what was asked for is not old", () => {
    const lru = new Lru<number>(3);
    for (const [index, key] of ["a", "b", "c"].entries()) lru.set(key, index);
    lru.get("a");
    lru.set("d", 3);
    assert.deepEqual([lru.get("a"), lru.get("b"), lru.get("c"), lru.get("d"), lru.size], [0, undefined, 2, 3, 3]);
    lru.set("a", 9);
    lru.set("e", 4);
    assert.deepEqual([lru.get("a"), lru.get("c")], [9, undefined]);
  });

  it("never gives a number twice", () => {
    const memory = new Memory();
    const now = Date.now();
    const numbers = Array.from({ length: 5000 }, () => memory.seqNo(now));
    assert.equal(new Set(numbers).size, 5000);
    assert.ok(numbers.every((number) => /^0\d{17}$/.test(number)));
    assert.equal(new Set(Array.from({ length: 5000 }, () => memory.serial(now))).size, 5000);
  });
});
