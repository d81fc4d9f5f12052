import assert from "node:assert/strict";
import { join } from "node:path";
import type { CardChange } from "../../../lib/client/import-client.js";
import { children } from "../../../scripts/processes.js";
import { decXml } from "../../../simulator/samples/index.js";
import { box, boxText, drop } from "../../support/boxes.js";
import { cardNode, catchAll, clientNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import type { RedBench, Seen } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { dailyLog, dec, SignFlow } from "../../support/sign-flow.js";
import { COMPANY } from "../../support/test-card.js";
import { until } from "../../support/until.js";

/** What keeps a wrong PIN from a card (promises 4), as a flow sees it. */
export function pinGuard(bench: RedBench): void {
  describe("sw-card-sign, the PIN", () => {
    const at = new SignFlow(bench);

    it("refuses an empty PIN with C144 before any process is started", async () => {
      const before = children(process.pid).sort();
      await at.load({}, {}, "");
      bench.node("sign").receive(dec());
      const caught = await bench.one("caught");
      assert.deepEqual([caught.error?.code, caught.fault?.code], ["C144", "C144"]);
      assert.match(caught.fault?.text.zh as string, /密码不能为空/);
      assert.deepEqual(
        children(process.pid)
          .sort()
          .filter((pid) => !before.includes(pid)),
        [],
      );
      assert.equal(bench.messages("out").length, 0);
      await bench.showing("sign", "card-sign.status.blocked");
    });

    it("tries a wrong PIN once: the rest is refused by the guard, also after a redeploy", async () => {
      const wrong = "Pin-000000";
      await at.load({}, {}, wrong);
      for (let number = 0; number < 3; number++) bench.node("sign").receive(dec());
      const codes = (await bench.arrived("caught", 3)).map(({ error }) => error?.code).sort();
      assert.deepEqual(codes, ["C134", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED"]);
      await bench.unload();
      await at.load({}, {}, wrong);
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).error?.code, "SW-PIN-BLOCKED");
      assert.ok(!bench.logged().join("\n").includes(wrong));
      await bench.unload();
      // Another client with a ledger of its own: the guard is the machine's.
      at.root = join(scratch(), "ImpPath");
      await at.load({}, {}, wrong);
      bench.node("sign").receive(dec());
      assert.equal((await bench.one("caught")).error?.code, "SW-PIN-BLOCKED");
      await bench.unload();
      await at.load();
      bench.node("sign").receive(dec());
      await bench.one("out");
    });

    it("tells of the closed guard as an event and in the status; a person releases it with a reason", async () => {
      const wrong = "Pin-000002";
      await bench.load(
        [
          clientNode(at.root),
          cardNode(bench.token, { name: "卡" }),
          node("sw-card-sign", "sign", { card: "card", profile: "auto" }, ["out"]),
          sink("out"),
          catchAll("caught"),
          sink("caught"),
          node("sw-documents", "events", { client: "client", mode: "events" }, ["event"]),
          sink("event"),
        ],
        { card: { pin: wrong } },
      );
      await bench.showing("events", "documents.status.watching");
      const card = async () => (await bench.http().get("/single-window/status")).body[0].cards[0];
      const post = (body: object, id = "card") => bench.http().post(`/single-window/cards/${id}/release`).send(body);
      bench.node("sign").receive(dec());
      await bench.one("caught");
      const event = (await bench.arrived("event"))[0];
      assert.equal(event?.topic, "card");
      const { state, code, id, name, text } = (event as Seen).payload as unknown as CardChange;
      assert.deepEqual([state, code, id, name], ["closed", "CKR_PIN_INCORRECT", "card", "卡"]);
      assert.ok(text.zh && text.en);
      const said = bench
        .logged(({ id: from }) => from === "client")
        .filter((line) => line.includes("CKR_PIN_INCORRECT"));
      assert.match(said.join("\n"), /卡节点.*SW_CARD_PIN.*自动解除/, "what to do stands in the log, too");
      const shown = await card();
      assert.deepEqual(
        [shown.state, shown.code, shown.companyCode, shown.holder],
        ["closed", "CKR_PIN_INCORRECT", COMPANY.code, COMPANY.name],
      );
      assert.ok(shown.notAfter > Date.now());
      for (const body of [{}, { reason: "  " }, { reason: 5 }]) {
        const without = await post(body);
        assert.deepEqual([without.status, without.body.code], [400, "SW-REQUEST"]);
      }
      const nobody = await post({ reason: "x" }, "no-such");
      assert.deepEqual([nobody.status, nobody.body.code], [404, "SW-UNKNOWN-CARD"]);
      bench.node("sign").receive(dec());
      assert.equal((await bench.arrived("caught", 2))[1]?.error?.code, "SW-PIN-BLOCKED");
      const released = await post({ reason: "已与持卡人核对" });
      assert.deepEqual([released.status, released.body.state, released.body.code], [200, "unknown", ""]);
      // Released: the same PIN may be tried once more, and is refused by the card, not by the guard.
      bench.node("sign").receive(dec());
      assert.equal((await bench.arrived("caught", 3))[2]?.error?.code, "C134");
      await until("the daily log has state and reason", () =>
        [/\tcard\t.*CKR_PIN_INCORRECT.*closed/, /card-released.*已与持卡人核对/].every((line) =>
          line.test(dailyLog(at.root)),
        ),
      );
      assert.ok(![dailyLog(at.root), ...bench.logged()].join("\n").includes(wrong));
    });

    it("lets files fail with a receipt while the guard is closed, if so set", async () => {
      await bench.load(
        [
          clientNode(at.root),
          cardNode(bench.token),
          watchNode({}, "sign"),
          node("sw-card-sign", "sign", { card: "card", profile: "auto", whenBlocked: "fail" }, ["out"]),
          sink("out"),
          catchAll("settle"),
          node("sw-settle", "settle", { client: "client", outcome: "auto", retryAfter: 0, retryTimes: 3 }, ["settled"]),
          sink("settled"),
        ],
        { card: { pin: "Pin-000003" } },
      );
      for (const name of ["a.xml", "b.xml", "c.xml"]) drop(at.root, "DecCus001", name, decXml());
      await bench.arrived("settled", 3);
      const receipts = box(at.root, "DecCus001", "InBox").map((name) => boxText(at.root, "DecCus001", "InBox", name));
      const codes = receipts.map((text) => /<failCode>(.*)<\/failCode>/.exec(text)?.[1]).sort();
      assert.deepEqual(codes, ["C134", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED"]);
      assert.equal(box(at.root, "DecCus001", "FailBox").length, 3);
    });
  });
}
