import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { handleOf } from "../../../lib/boxes/context.js";
import { BUSINESSES } from "../../../lib/business/index.js";
import { receiverOfFolder } from "../../../lib/business/receivers.js";
import { SYSTEM_CLOCK } from "../../../lib/clock.js";
import type { DocumentHandle } from "../../../lib/document.js";
import { codeOf } from "../../../lib/errors.js";
import { type DxpFields, isDxpMsg, unwrapDxpMsg, wrapInDxpMsg } from "../../../lib/send/dxpmsg.js";
import { dxpContent, dxpMessages } from "../../../lib/xml/dxpmsg.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { open } from "../../../simulator/open.js";
import { recognise } from "../../../simulator/recognise.js";
import { decXml, decZip } from "../../../simulator/samples/index.js";
import { documentRow } from "../../support/rows.js";

const schema = readFileSync(join(__dirname, "..", "..", "..", "schemas", "DxpMsg.xsd"));

const handle = (change: Partial<DocumentHandle> = {}): DocumentHandle => ({
  ...handleOf(documentRow({ fileName: "进口 & <1>.xml", clientKey: "D1", claimedAt: Date.UTC(2026, 0, 31, 16, 0, 1) })),
  ...change,
});

const wrap = (document: DocumentHandle, id: string, bytes: Buffer, fields?: DxpFields) =>
  wrapInDxpMsg(document, id, bytes, SYSTEM_CLOCK, fields);

/** Validates with libxml2 itself against our schema; resolves to what it finds wrong. */
async function faults(xml: Buffer): Promise<string[]> {
  const { XmlDocument, XsdValidator, XmlValidateError } = await import("libxml2-wasm");
  const grammar = XmlDocument.fromBuffer(schema);
  const validator = XsdValidator.fromDoc(grammar);
  const document = XmlDocument.fromBuffer(xml);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    assert.ok(error instanceof XmlValidateError);
    return error.details.map(({ message }) => message);
  } finally {
    document.dispose();
    validator.dispose();
    grammar.dispose();
  }
}

describe("a document in a DxpMsg", () => {
  it("is valid by our schema, with every field and with the least", async () => {
    const full = await wrap(handle(), "id.2", decXml(), {
      sender: "DXPESW0000000001",
      receivers: ["DXPDSWDEC0000002", "DXPDSWDECEDOC002"],
      type: "DECMSG",
      card: "8930000000001",
      key: "K",
    });
    assert.deepEqual(await faults(full), []);
    const least = await wrap(handle({ clientKey: "", messageType: "X" }), "i", Buffer.alloc(0));
    assert.deepEqual(await faults(least), []);
    // The check itself can fail.
    assert.notDeepEqual(await faults(Buffer.from(full.toString().replace(/<CreatTime>.*<\/CreatTime>/, ""))), []);
  });

  it("says what the document gives, in China's time, and gives its bytes back", async () => {
    const bytes = decXml();
    const wrapped = await wrap(handle(), "id", bytes);
    const message = dxpMessages(scanXml(wrapped))[0];
    assert.ok(message);
    const text = (path: string) => message.textAt(path);
    assert.deepEqual(
      [
        text("TransInfo/CopMsgId"),
        text("TransInfo/SenderId"),
        text("TransInfo/ReceiverIds/ReceiverId"),
        text("TransInfo/CreatTime"),
        text("TransInfo/MsgType"),
        text("AddInfo/FileName"),
        text("AddInfo/IcCard"),
        text("AddInfo/BizKey/Key"),
      ],
      ["id", "DXPESWDEMO0001", "DXPDSWDEC0000002", "2026-02-01T00:00:01", "DEC", "进口 & <1>.xml", "", "D1"],
    );
    assert.deepEqual(dxpContent(message).bytes, bytes);
    assert.deepEqual(await unwrapDxpMsg(wrapped, SYSTEM_CLOCK), bytes);
    const large = randomBytes(5_000_001);
    const largeWrapped = await wrap(handle(), "id", large);
    assert.ok(largeWrapped.includes(`<Data>${large.toString("base64")}</Data>`));
    assert.ok((await unwrapDxpMsg(largeWrapped, SYSTEM_CLOCK)).equals(large), "in pieces as well");
  });

  it("is the same, byte for byte, each time", async () => {
    const bytes = decXml();
    assert.deepEqual(await wrap(handle(), "id", bytes), await wrap(handle(), "id", bytes));
  });

  it("leaves out a key that is longer than its field, and refuses what has none or does not fit", async () => {
    assert.ok(!(await wrap(handle({ clientKey: "k".repeat(65) }), "id", decXml())).includes("BizKey"));
    const wrong: [change: Partial<DocumentHandle>, fields: object, name: RegExp][] = [
      [{ business: "Unknown1" }, {}, /ReceiverId/],
      [{ clientId: "12345678901" }, {}, /SenderId.*16/],
      [{ messageType: "" }, {}, /MsgType/],
      [{}, { card: "12345678901234" }, /IcCard/],
      [{}, { receivers: ["1", "2", "3", "4", "5", "6"] }, /ReceiverId/],
    ];
    for (const [change, fields, name] of wrong) {
      await assert.rejects(
        () => wrap(handle(change), "id", decXml(), fields),
        (error: Error) => codeOf(error) === "SW-CONFIG" && name.test(error.message),
      );
    }
  });

  it("is recognised when a producer has wrapped it already", async () => {
    const wrapped = await wrap(handle(), "id", decXml());
    const prefixed = Buffer.from(
      '\ufeff<?xml version="1.0"?>\n<dxp:DxpMsg xmlns:dxp="http://www.chinaport.gov.cn/dxp"/>',
    );
    assert.deepEqual([wrapped, prefixed, decXml()].map(isDxpMsg), [true, true, false]);
  });

  it("has a receiver for every folder that a business has, and for those of the published file", () => {
    for (const { folders, receiver } of BUSINESSES) {
      // Of some none is public.
      if (receiver === "") continue;
      for (const folder of folders) assert.match(receiverOfFolder(folder), /^DXPDSW.{10}$/, folder);
    }
    const known = { deccus001: "DXPDSWDEC0000002", Rmft4101: "DXPDSWRMFT000001", Npts: "DXPDSWNPTS000001" };
    for (const [folder, receiver] of Object.entries(known)) assert.equal(receiverOfFolder(folder), receiver);
    assert.equal(receiverOfFolder("Others"), "");
  });

  it("is opened by the simulator, bare or zipped inside", async () => {
    for (const bytes of [decXml({ key: "D9" }), await decZip({ key: "D9" })]) {
      const opened = open(await wrap(handle(), "id", bytes));
      assert.deepEqual(opened.content, bytes);
      assert.deepEqual(opened.wrapper, {
        messageId: "id",
        sender: "DXPESWDEMO0001",
        receivers: ["DXPDSWDEC0000002"],
        type: "DEC",
      });
      assert.equal((await recognise(opened))?.key, "D9");
    }
  });
});
