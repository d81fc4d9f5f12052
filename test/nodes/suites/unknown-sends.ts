import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { invtZip } from "../../../simulator/samples/index.js";
import { box, drop } from "../../support/boxes.js";
import { cardNode, type FlowNode, node } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { SendFlow, sha256, withoutHeaders } from "../../support/send-flow.js";
import { CARD_HOLDER } from "../../support/test-card.js";
import { until } from "../../support/until.js";

/** Sends that a cut left neither confirmed nor refused. */
export function unknownSends(bench: RedBench): void {
  describe("sw-mq-send, unknown outcomes", () => {
    const at = new SendFlow(bench);

    it("resends what a cut left unknown: same id, same bytes, and says that it may be a duplicate", () =>
      at.withUnconfirmed({}, async (relay) => {
        relay.flow();
        relay.cut();
        const { document } = await bench.one("settled");
        assert.equal(document?.possibleDuplicate, true);
        const [first, second] = [await bench.take(at.queue), await bench.take(at.queue)];
        assert.equal(second.properties.messageId, first.properties.messageId);
        assert.equal(sha256(second.content), sha256(first.content));
        assert.equal(first.properties.headers?.possibleDuplicate, undefined);
        assert.deepEqual(second.properties.headers, { ...first.properties.headers, possibleDuplicate: "1" });
        assert.deepEqual(withoutHeaders(second), withoutHeaders(first));
        const events = (await (await bench.client()).ledger.story(document?.id as string))?.events;
        assert.deepEqual(
          events?.map(({ event }) => event),
          ["claimed", "sending", "unknown", "resending", "sent", "settled"],
        );
      }));

    it("keeps signed bytes until they have arrived, and resends exactly those", async () => {
      const relay = await relayTo(bench.broker);
      const nodes = at.nodes({ watch: { businesses: "Sas" } }, { port: relay.port, heartbeat: 60 });
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["sign"]];
      const spool = () => box(at.root, "", ".spool");
      try {
        await bench.load([...nodes, cardNode(bench.token), node("sw-card-sign", "sign", { card: "card" }, ["send"])]);
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        const bytes = await invtZip({ name: "n", identity: CARD_HOLDER });
        drop(at.root, "Sas", "n.zip", bytes);
        await until("the broker has the message", async () => (await bench.depth(at.queue)) === 1);
        const { document } = await bench.one("claimed");
        assert.deepEqual(spool(), [document?.id]);
        relay.flow();
        relay.cut();
        await bench.one("settled");
        const [first, second] = [await bench.take(at.queue), await bench.take(at.queue)];
        assert.notEqual(sha256(first.content), sha256(bytes));
        assert.equal(sha256(second.content), sha256(first.content));
        assert.equal(second.properties.headers?.possibleDuplicate, "1");
        assert.deepEqual(spool(), []);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("holds what a cut left unknown when it is set so, and sends it again when a person releases it", () =>
      at.withUnconfirmed({ client: { onUncertain: "hold" } }, async (relay) => {
        relay.flow();
        relay.cut();
        const caught = await bench.one("caught");
        assert.equal(caught.error?.code, "SW-UNKNOWN");
        const id = caught.document?.id as string;
        // The Catch flow wants to fail it: an uncertain document is never called failed.
        await bench.one("failed");
        assert.equal((await (await bench.client()).ledger.get(id))?.state, "held");
        assert.deepEqual(box(at.root, "DecCus001", "TempBox"), [`${id}__a.xml`]);
        assert.equal(await bench.depth(at.queue), 1);

        const answer = await bench.http().post(`/single-window/documents/${id}/release`).send({ reason: "未到达" });
        assert.equal(answer.status, 200);
        const row = await bench.row(id, "it is sent and settled", ({ settled }) => settled);
        assert.equal(row.state, "sent");
        await bench.take(at.queue);
        const again = await bench.take(at.queue);
        assert.deepEqual([again.properties.messageId, again.properties.headers?.possibleDuplicate], [id, "1"]);
      }));

    it("says that what was sent cannot be sent again when its bytes are gone, and takes a person's word for what became of it", () =>
      at.withUnconfirmed({ client: { onUncertain: "hold" } }, async (relay) => {
        relay.flow();
        relay.cut();
        const id = (await bench.one("caught")).document?.id as string;
        await bench.one("failed");
        writeFileSync(join(at.root, "DecCus001", "TempBox", `${id}__a.xml`), "somebody's hand");
        const release = (as: string) =>
          bench.http().post(`/single-window/documents/${id}/release`).send({ reason: "看过网页", as });
        const { status, body } = await release("resend");
        assert.deepEqual([status, body.code], [409, "SW-STATE"]);
        assert.match(body.text.zh, /原文/);
        const { ledger } = await bench.client();
        assert.equal((await ledger.get(id))?.state, "held");
        assert.equal(
          (await ledger.story(id))?.events.some(({ event }) => event === "released"),
          false,
        );
        assert.equal((await release("sent")).status, 200);
        assert.equal((await bench.row(id, "it is settled", ({ settled }) => settled)).state, "sent");
      }));
  });
}
