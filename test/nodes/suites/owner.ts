import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { box, boxText, drop } from "../../support/boxes.js";
import { clientNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

export function owner(bench: RedBench): void {
  describe("whose a root is", () => {
    let root: string;
    beforeEach(() => {
      root = join(scratch(), "ImpPath");
    });

    const flow = (change: Record<string, unknown> = {}) => [
      clientNode(root, change),
      watchNode({}, "claimed"),
      sink("claimed"),
      node("sw-settle", "settle", { client: "client", outcome: "failed" }, ["settled"]),
      sink("settled"),
      node("sw-documents", "documents", { client: "client", mode: "query" }, ["answer"]),
      sink("answer"),
    ];

    it("another environment is red at deploy, with both names; a person changes it after seeing what is open", async () => {
      await bench.load(flow());
      drop(root, "DecCus001", "test.xml", decXml());
      await bench.one("claimed");
      await bench.unload();

      await bench.load(flow({ environment: "production" }));
      await bench.showing("watch", "folder-watch.status.client");
      await bench.showing("settle", "settle.status.client");
      assert.match(
        bench.errors().join("\n"),
        /client: SW-OWNER .*belongs to test, DEMO0001, and production, DEMO0001 is set/,
      );
      assert.equal(bench.messages("claimed").length, 0);
      const [status] = (await bench.http().get("/single-window/status")).body;
      assert.deepEqual([status.fault.code, status.fault.reason], ["SW-OWNER", "owner"]);
      const { body: picture } = await bench.http().get("/single-window/clients/client");
      assert.deepEqual(picture.bound, { environment: "test", clientId: "DEMO0001" });
      assert.equal(picture.counts.claimed, 1);

      const confirm = (body: object) => bench.http().post("/single-window/clients/client/confirm").send(body);
      assert.equal((await confirm({ what: "owner" })).status, 400);
      assert.equal((await confirm({ what: "nothing", reason: "x" })).status, 400);
      const confirmed = await confirm({ what: "owner", reason: "the test is over" });
      assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
      await bench.showing("watch", "folder-watch.status.waiting");
      assert.match(box(root, "DecCus001", "FailBox").join(), /^test_\d+\.xml$/);
      assert.match(boxText(root, "DecCus001", "InBox", box(root, "DecCus001", "InBox")[0] as string), /SW-OWNER/);
      assert.equal(bench.messages("claimed").length, 0);
      drop(root, "DecCus001", "new.xml", decXml());
      assert.equal((await bench.one("claimed")).document?.environment, "production");
    });

    it("a root that goes away while it is worked on is said once, in red, and goes on when it is back", async () => {
      const ledger = join(scratch(), "ledger.db");
      await bench.load(flow({ ledger }));
      drop(root, "DecCus001", "a.xml", decXml());
      await bench.one("claimed");
      renameSync(root, `${root}-away`);
      await bench.showing("watch", "folder-watch.status.client");
      const refused = await bench.http().get("/single-window/status");
      assert.equal(refused.body[0].fault.code, "SW-FOLDER");
      renameSync(`${root}-away`, root);
      await until("it goes on", async () => !(await bench.http().get("/single-window/status")).body[0].fault);
      drop(root, "DecCus001", "b.xml", decXml());
      await bench.arrived("claimed", 2);
      assert.equal(bench.errors().filter((text) => text.includes("SW-FOLDER")).length, 1, bench.errors().join("\n"));
    });

    it("a refused repeat is sent all the same by a person, over the route and by the documents node", async () => {
      await bench.load(flow());
      const key = freshKey();
      drop(root, "DecCus001", "one.xml", decXml({ key, goods: 1 }));
      await bench.one("claimed");
      for (const [number, name] of ["two.xml", "three.xml"].entries()) {
        drop(root, "DecCus001", name, decXml({ key, goods: number + 2 }));
        const client = await bench.client();
        const refused = await until(`${name} is refused`, async () =>
          (await client.ledger.byFileName(name)).find(({ settled, code }) => settled && code === "SW-DUP"),
        );
        if (number === 0) {
          const route = `/single-window/documents/${refused.id}/override`;
          assert.equal((await bench.http().post(route).send({})).status, 400);
          const answer = await bench.http().post(route).send({ reason: "it is another one" });
          assert.equal(answer.status, 200, JSON.stringify(answer.body));
        } else {
          bench.node("documents").receive({ payload: { action: "override", id: refused.id, reason: "another" } });
          await bench.one("answer");
        }
        const messages = await bench.arrived("claimed", number + 2);
        assert.equal(messages.at(-1)?.document?.id, refused.id);
      }
    });
  });
}
