import assert from "node:assert/strict";
import { clientNode, type FlowNode, node, sink } from "../../support/flow-nodes.js";
import { Place } from "../../support/place.js";
import type { RedBench } from "../../support/red-bench.js";

export function wiring(bench: RedBench): void {
  describe("a node that leads nowhere", () => {
    const at = new Place(bench);
    const settle = (id: string, outcome: string, to: string[]) =>
      node("sw-settle", id, { client: "client", outcome }, to);
    const flow = (gate: string[], before: string[]): FlowNode[] => [
      clientNode(at.root),
      sink("before", ...before),
      sink("behind"),
      settle("gate", "hold", gate),
    ];
    const warnings = () => bench.logged(({ msg }) => /没有连线/.test(String(msg)));

    it("is marked when it is a gate, until it is in the way, also by a deploy of the wires alone", async () => {
      await bench.load(flow(["behind"], []));
      await bench.showing("gate", "settle.status.unplaced");
      assert.deepEqual(warnings(), [], "nothing can be lost there");
      await bench.deployChanged(flow([], ["gate"]));
      await bench.showing("gate", "settle.status.unwired");
      assert.match(warnings().join("\n"), /gate: .*output 1 is not wired: what leaves there goes no further/);
      await bench.deployChanged(flow(["behind"], ["gate"]));
      await bench.showing("gate", "");
      assert.equal(warnings().length, 1, "said once");
    });

    it("is marked wherever it stands in a document's or a receipt's way, with the output", async () => {
      const own = { client: "client", createBoxes: false };
      await bench.load([
        clientNode(at.root),
        node("sw-folder-watch", "watch", own, []),
        sink("before", "zip", "xsd", "preflight", "parse", "sent"),
        node("sw-zip", "zip", {}, ["behind"]),
        node("sw-validate-xsd", "xsd", own, ["behind"], []),
        node("sw-preflight", "preflight", own, [], ["behind"]),
        node("sw-receipt-parse", "parse", own, [], []),
        settle("sent", "sent", []),
        node("sw-zip", "aside", {}, []),
        sink("behind"),
      ]);
      for (const [id, name] of Object.entries({ watch: "folder-watch", xsd: "validate-xsd", preflight: "preflight" })) {
        await bench.showing(id, `${name}.status.unwired`);
      }
      await bench.showing("parse", "receipt-parse.status.unwired");
      const said = warnings().join("\n");
      for (const one of ["watch: .*output 1 ", "xsd: .*output 2 ", "preflight: .*output 1 ", "parse: .*output 1, 2 "]) {
        assert.match(said, new RegExp(one));
      }
      assert.equal(warnings().length, 4, said);
      for (const id of ["zip", "sent", "aside"]) assert.ok(!bench.statuses(id).join().includes("unwired"), id);
    });

    it("is one listener of the runtime's deploys, however many nodes there are", async () => {
      const flow = (count: number): FlowNode[] => [
        clientNode(at.root),
        sink("before", "settle0"),
        ...Array.from({ length: count }, (_, index) => [
          settle(`settle${index}`, "sent", ["behind"]),
          node("sw-folder-watch", `watch${index}`, { client: "client", createBoxes: false }, ["behind"]),
          node("sw-mq-receive", `receive${index}`, { client: "client" }, ["behind"]),
          node("sw-documents", `documents${index}`, { client: "client" }, ["behind"]),
        ]).flat(),
        sink("behind"),
      ];
      await bench.load(flow(1));
      const few = bench.listeners("flows:started");
      await bench.unload();
      await bench.load(flow(12));
      assert.equal(bench.listeners("flows:started"), few);
    });
  });
}
