import assert from "node:assert/strict";
import { decXml } from "../../../simulator/samples/index.js";
import { box, boxText } from "../../support/boxes.js";
import { catchAll, clientNode, node, sink } from "../../support/flow-nodes.js";
import { Place } from "../../support/place.js";
import type { RedBench, Seen } from "../../support/red-bench.js";

interface Made extends Seen {
  compose?: { type: string; clientKey: string; group: string; checks: { path: string; severity: string }[] };
  handedIn?: { business: string; fileName: string; already: string };
  report?: { ok: boolean; messageType: string; clientKey: string; fault: unknown };
}

const MAPPING = JSON.stringify({
  group: "no",
  each: "DecLists/DecList",
  fields: {
    "DecHead/IEFlag": { value: "I" },
    "DecLists/DecList/GNo": "line",
    "DecLists/DecList/GName": "goods",
    "DecSign/ClientSeqNo": "no",
    "DecSign/OperType": { value: "C" },
  },
});

export function composing(bench: RedBench): void {
  describe("compose and hand-in", () => {
    const place = new Place(bench);
    const flow = (compose: object, handIn: object) => [
      clientNode(place.root),
      node("sw-compose", "compose", { client: "client", messageType: "DEC", ...compose }, ["made"], ["refused"]),
      sink("made", "hand"),
      sink("refused"),
      node("sw-hand-in", "hand", { client: "client", business: "DecCus001", ...handIn }, ["handed"], ["stopped"]),
      sink("handed"),
      sink("stopped"),
      catchAll("caught"),
      sink("caught"),
    ];
    const outBox = () => box(place.root, "DecCus001", "OutBox");
    const ready = async () => (await bench.client()).folders.of("DecCus001").make();

    it("make a document of the rows that belong together, and put each into OutBox under its own number", async () => {
      await bench.load(flow({ mapping: MAPPING }, { mode: "unchecked" }));
      await ready();
      const rows = [
        { no: "N-1", line: 1, goods: "螺丝 <M3>" },
        { no: "N/2", line: 1, goods: "b" },
        { no: "N-1", line: 2, goods: "c" },
      ];
      bench.node("compose").receive({ payload: rows, req: "kept" });
      // Each is written by itself, so the second may be there first.
      const handed = (await bench.arrived("handed", 2)) as Made[];
      const [first, second] = handed.sort((one, other) => String(one.filename).localeCompare(String(other.filename)));
      assert.deepEqual([first?.compose?.clientKey, first?.filename, first?.compose?.group], ["N-1", "N-1.xml", "N-1"]);
      assert.equal((first as { req?: string }).req, "kept");
      assert.deepEqual([second?.filename, second?.handedIn?.already], ["N-2.xml", ""]);
      assert.deepEqual(outBox(), ["N-1.xml", "N-2.xml"]);
      const written = boxText(place.root, "DecCus001", "OutBox", "N-1.xml");
      assert.match(written, /<GNo>1<\/GNo>.*<GNo>2<\/GNo>/s);
      assert.match(written, /<!\[CDATA\[螺丝 <M3>\]\]>/);
    });

    it("say what of an object has no place, and write nothing", async () => {
      await bench.load(flow({}, {}));
      bench.node("compose").receive({ payload: { DecHead: { Colour: "red" } } });
      const [refused] = (await bench.arrived("refused", 1)) as Made[];
      assert.equal(refused?.fault?.code, "SW-RULE-compose");
      assert.match(String(refused?.fault?.text.zh), /Colour/);
      bench.node("compose").receive({ payload: "text" });
      assert.equal((await bench.arrived("caught", 1))[0]?.error?.code, "SW-MESSAGE");
    });

    it("check without writing, and hand in a good one once however often it is asked", async () => {
      const nodes = flow({}, { mode: "check" });
      await bench.load([
        ...nodes,
        node("sw-hand-in", "put", { client: "client", business: "", mode: "checked" }, ["handed"], ["stopped"]),
      ]);
      await ready();
      const message = { payload: decXml({ key: "K-9", goods: 1 }), filename: "K-9.xml" };
      bench.node("hand").receive({ ...message });
      const [checked] = (await bench.arrived("handed", 1)) as Made[];
      assert.deepEqual(
        [checked?.report?.ok, checked?.report?.messageType, checked?.report?.clientKey],
        [true, "DEC", "K-9"],
      );
      assert.deepEqual(outBox(), []);
      bench.node("hand").receive({ payload: "<DecMessage>", filename: "broken.xml" });
      const [stopped] = (await bench.arrived("stopped", 1)) as Made[];
      assert.deepEqual([stopped?.report?.ok, stopped?.fault?.code], [false, "SW-XSD"]);
      for (let times = 0; times < 2; times++) bench.node("put").receive({ ...message, business: "deccus001" });
      const handed = (await bench.arrived("handed", 3)) as Made[];
      assert.deepEqual(
        handed.slice(1).map(({ handedIn }) => [handedIn?.business, handedIn?.fileName]),
        [
          ["DecCus001", "K-9.xml"],
          ["DecCus001", "K-9.xml"],
        ],
      );
      assert.deepEqual(outBox(), ["K-9.xml"]);
      // Whoever asks again may make a new name.
      bench.node("put").receive({ ...message, filename: "again.xml", business: "DecCus001" });
      assert.equal(((await bench.arrived("handed", 4)) as Made[])[3]?.handedIn?.fileName, "K-9.xml");
      assert.deepEqual(outBox(), ["K-9.xml"]);
    });

    it("take no path for a name, and no folder that is not there", async () => {
      await bench.load(flow({}, { mode: "unchecked", business: "" }));
      await ready();
      const payload = decXml();
      const wrong: [string | undefined, string, string][] = [
        ["../a.xml", "DecCus001", "SW-MESSAGE"],
        [undefined, "DecCus001", "SW-MESSAGE"],
        [".a.xml", "DecCus001", "SW-MESSAGE"],
        ["a.tmp", "DecCus001", "SW-MESSAGE"],
        ["a.xml", "..", "SW-FOLDER"],
        ["a.xml", "Nobody", "SW-FOLDER"],
        ["a.xml", "", "SW-FOLDER"],
      ];
      for (const [index, [filename, business, code]] of wrong.entries()) {
        bench.node("hand").receive({ payload, business, ...(filename !== undefined && { filename }) });
        const caught = await bench.arrived("caught", index + 1);
        assert.equal(caught[index]?.error?.code, code, `${filename} ${business}`);
      }
      assert.deepEqual(outBox(), []);
    });
  });
}
