import assert from "node:assert/strict";
import { handleOf } from "../../../lib/boxes/context.js";
import { codeOf } from "../../../lib/errors.js";
import { type FieldRow, fieldsOf } from "../../../lib/send/fields.js";
import { asPossibleDuplicate, makeWire } from "../../../lib/send/wire.js";
import { documentRow } from "../../support/rows.js";

const TO = { sender: "node", exchange: "", routingKey: "q" };
const header = (name: string, value: unknown): FieldRow => ({ to: "header", name, value });
const property = (name: string, value: unknown): FieldRow => ({ to: "property", name, value });
const wireOf = (...rows: FieldRow[]) =>
  makeWire(handleOf(documentRow({ clientKey: "K" })), Buffer.from("<a/>"), "0".repeat(64), TO, fieldsOf(rows));

describe("fields of the message", () => {
  it("go over the defaults, and an empty one takes its default away", () => {
    const { properties, routingKey } = wireOf(
      header("site", 7),
      header("fileName", ""),
      property("type", "DECMSG"),
      property("correlationId", undefined),
      { to: "routingKey", name: "", value: "other" },
    );
    assert.equal(routingKey, "other");
    assert.deepEqual([properties.type, "correlationId" in properties, properties.persistent], ["DECMSG", false, true]);
    assert.deepEqual(properties.headers, { business: "DecCus001", clientId: "DEMO0001", messageType: "DEC", site: 7 });
  });

  it("are the same when they come back from the ledger's row", () => {
    const wire = wireOf(
      header("table", { a: [1, true, "x", { b: 1.5 }], gone: undefined, date: new Date(0) }),
      property("priority", 5),
      property("timestamp", new Date(5000)),
    );
    assert.deepEqual(JSON.parse(JSON.stringify(wire)), wire);
    assert.deepEqual(wire.properties.headers.table, {
      a: [1, true, "x", { b: 1.5 }],
      date: "1970-01-01T00:00:00.000Z",
    });
    assert.deepEqual([wire.properties.priority, wire.properties.timestamp], [5, 5]);
  });

  it("never change by what a repeat is known", () => {
    const wire = wireOf(header("site", "SZ"));
    assert.deepEqual(asPossibleDuplicate(wire.properties), {
      ...wire.properties,
      headers: { ...wire.properties.headers, possibleDuplicate: "1" },
    });
    for (const row of [
      property("messageId", "x"),
      property("deliveryMode", 1),
      property("expiration", "1"),
      property("constructor", "x"),
      header("possibleDuplicate", "0"),
      header("attempt", "9"),
      header("", "x"),
      { to: "dxp", name: "toString", value: "x" } as FieldRow,
    ]) {
      assert.throws(
        () => fieldsOf([row]),
        (error) => codeOf(error) === "SW-FIELD",
        JSON.stringify(row),
      );
    }
  });

  for (const [what, row] of [
    ["a Buffer", header("x", Buffer.from("x"))],
    ["no number", header("x", Number.NaN)],
    ["a function", header("x", () => 1)],
    ["a class in a table", header("x", { a: new Map() })],
    ["a priority above 255", property("priority", 256)],
    ["a text above 255 bytes", property("type", "报".repeat(86))],
    ["an object as text", property("type", {})],
  ] as const) {
    it(`refuse ${what}`, () =>
      assert.throws(
        () => fieldsOf([row]),
        (error) => codeOf(error) === "SW-FIELD",
      ));
  }

  it("name several receivers as a list or in one text", () => {
    const receivers = (value: unknown) => fieldsOf([{ to: "dxp", name: "ReceiverId", value }]).dxp?.receivers;
    assert.deepEqual([receivers("A, B"), receivers(["A", "B"]), receivers("")], [["A", "B"], ["A", "B"], undefined]);
  });
});
