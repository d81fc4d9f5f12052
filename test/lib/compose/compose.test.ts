import assert from "node:assert/strict";
import { compose } from "../../../lib/compose/compose.js";
import { type Field, type Model, modelOf, modelTypes } from "../../../lib/model/model.js";
import { scanXml, type XmlElement } from "../../../lib/xml/scan.js";
import { type Made, made } from "../../support/model-documents.js";
import { Random } from "../../support/random.js";

const SENDER = { clientId: "DEMO0001", messageId: "m-1", fileName: "甲.xml", at: Date.parse("2026-11-27T18:30:00Z") };

/** An element as an object whose keys come in any order. */
function asObject(element: Made, random: Random): unknown {
  const attributes = [...element.attributes].map(([name, value]) => [`@${name}`, value] as const);
  if (element.children.length === 0) {
    if (attributes.length === 0) return element.text;
    return Object.fromEntries([...attributes, ["#text", element.text]]);
  }
  const children = new Map<string, unknown[]>();
  for (const child of element.children) {
    children.set(child.name, [...(children.get(child.name) ?? []), asObject(child, random)]);
  }
  const entries = [...children].map(([name, all]) => [name, all.length === 1 ? all[0] : all] as const);
  return Object.fromEntries(shuffled([...attributes, ...entries], random));
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(random.between(0, rest.length - 1), 1)[0] as T);
}

/** Names, attributes and texts, in their order. */
const shape = (element: XmlElement): unknown => [
  element.name,
  [...element.attributes].filter(([name]) => name !== "xmlns").sort(),
  element.children.length > 0 ? element.children.map(shape) : element.text,
];
const shapeOfMade = (element: Made): unknown => [
  element.name,
  [...element.attributes].sort(),
  element.children.length > 0 ? element.children.map(shapeOfMade) : element.text,
];

describe("compose", () => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);

  it(`writes every value of every type where it belongs, whatever the order of the keys (FC_SEED=${seed})`, async function () {
    this.timeout(180_000);
    for (const [index, type] of [...modelTypes()].sort().entries()) {
      const model = modelOf(type) as Model;
      const random = new Random(seed + index * 1009);
      const root = model.roots.get("Package") ?? ([...model.roots.values()][0] as Field);
      const document = made(root, "full", random);
      const { xml, checks } = await compose(type, { [root.name]: asObject(document, random) }, SENDER);
      assert.deepEqual(checks, [], `${type}: ${xml}`);
      assert.deepEqual(shape(scanXml(xml)), shapeOfMade(document), type);
    }
  });

  it("knows a key without case and by its Chinese name, and says what fits nowhere", async () => {
    const { xml, checks } = await compose(
      "DEC",
      { dechead: { ieflag: "I", 毛重: 1.5 }, DecLists: { DecList: [{ gno: 1, 品名: "x" }, null] }, DecSign: "text" },
      SENDER,
    );
    const head = scanXml(xml).find("DecHead");
    assert.deepEqual([head?.textAt("IEFlag"), head?.textAt("GrossWet")], ["I", "1.5"], xml.toString());
    const ours = checks.filter(({ rule }) => rule === "SW-RULE-compose").map(({ path }) => path);
    assert.deepEqual(ours, ["DecMessage/DecLists/DecList[1]/品名", "DecMessage/DecSign"]);
    assert.ok(checks.every(({ text, advice }) => text.zh && text.en && advice.zh && advice.en));
  });

  it("adds the envelope that was left out, and leaves alone what is given of it", async () => {
    const data = { InvtHeadType: { EtpsInnerInvtNo: "X1" } };
    const bare = scanXml((await compose("INV101", data, SENDER)).xml);
    assert.equal(bare.name, "Package");
    assert.equal(bare.at("DataInfo/BussinessData/InvtMessage/InvtHeadType/EtpsInnerInvtNo")?.text, "X1");
    const info = bare.find("EnvelopInfo");
    assert.deepEqual(
      ["message_id", "message_type", "sender_id", "send_time", "file_name"].map((name) => info?.textAt(name)),
      ["m-1", "INV101", "DEMO0001", "2026-11-28T02:30:00", "甲.xml"],
    );
    const given = {
      EnvelopInfo: { message_id: "own", sender_id: "" },
      DataInfo: { BussinessData: { InvtMessage: data } },
    };
    const whole = scanXml((await compose("INV101", { Package: given }, SENDER)).xml).find("EnvelopInfo");
    assert.deepEqual(
      ["message_id", "message_type", "sender_id"].map((name) => whole?.textAt(name)),
      ["own", "INV101", ""],
    );
  });

  it("writes numbers as digits, dates as the element wants them, markup in CDATA", async () => {
    const at = new Date("2026-11-27T18:30:00Z");
    const goods = { GNo: 1n, GQty: 1e21, DeclPrice: 1.5e-7, GModel: "a<b>&\"'", GName: "]]>", DutyMode: true };
    const { xml } = await compose("DEC", { DecHead: { IEDate: at, NoteS: "" }, DecLists: { DecList: goods } }, SENDER);
    const text = xml.toString();
    for (const part of [
      "<GQty>1000000000000000000000</GQty>",
      "<DeclPrice>0.00000015</DeclPrice>",
      "<GModel><![CDATA[a<b>&\"']]></GModel>",
      "<IEDate>20261128</IEDate>",
      "<NoteS></NoteS>",
      "<DutyMode>1</DutyMode>",
    ])
      assert.ok(text.includes(part), `${part} in ${text}`);
    assert.equal(scanXml(xml).at("DecLists/DecList/GName")?.text, "]]>");
  });

  it("leaves nothing out in silence of a value that was given as an object, or more than once", async () => {
    const ours = async (head: Record<string, unknown>) => {
      const { checks } = await compose("DEC", { DecHead: head }, SENDER);
      return checks
        .filter(({ rule, severity }) => rule === "SW-RULE-compose" && severity === "error")
        .map(({ path }) => path);
    };
    assert.deepEqual(await ours({ IEFlag: { value: "I" } }), ["DecMessage/DecHead/IEFlag/value"]);
    assert.deepEqual(await ours({ GoodsPlace: { a: { b: 1 } } }), ["DecMessage/DecHead/GoodsPlace/a"]);
    assert.deepEqual(await ours({ IEFlag: {} }), ["DecMessage/DecHead/IEFlag"]);
    assert.deepEqual(await ours({ GrossWet: 1, grosswet: 2 }), ["DecMessage/DecHead/GrossWet"]);
    assert.deepEqual(await ours({ GrossWet: [1, 2] }), ["DecMessage/DecHead/GrossWet"]);
    assert.deepEqual(await ours({ IEFlag: { "#text": "I" } }), []);
  });

  it("refuses what no XML may hold, and what has no text, by its path", async () => {
    const round: Record<string, unknown> = {};
    round.DecHead = round;
    const head = { NoteS: "a\u0001b", IEFlag: Number.NaN, BillNo: "\ud800", ContrNo: Buffer.from("x"), __proto__x: 1 };
    const { checks } = await compose("DEC", { DecHead: head, DecLists: { DecList: round } }, SENDER);
    const paths = checks.filter(({ rule }) => rule === "SW-RULE-compose").map(({ path, text }) => `${path} ${text.en}`);
    assert.ok(
      paths.some((path) => path.includes("DecHead/NoteS") && path.includes("U+0001")),
      paths.join("\n"),
    );
    for (const name of ["IEFlag", "BillNo", "ContrNo", "__proto__x", "DecList/DecHead"]) {
      assert.ok(
        paths.some((path) => path.includes(`/${name}`)),
        `${name} in ${paths.join("\n")}`,
      );
    }
    await assert.rejects(compose("NOPE", {}, SENDER), { code: "SW-CONFIG" });
    for (const wrong of [null, "x", 1, [], Buffer.from("x")]) {
      await assert.rejects(compose("DEC", wrong, SENDER), { code: "SW-MESSAGE" });
    }
  });
});
