import assert from "node:assert/strict";
import { renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { cardNode } from "../support/flow-nodes.js";
import { Prometheus } from "../support/prometheus.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { softwareKey } from "../support/sign-flow.js";
import { openTheatre, Stage, type Theatre } from "../support/stage.js";
import { until } from "../support/until.js";

const TOKEN = "scrape-token-of-this-test";

/** Each state of the alerts is the real one: nothing is put into the series but by what happens to documents, card and process. */
describe("alerts that a real Prometheus fires for a real Node-RED", function () {
  this.timeout(900_000);
  let theatre: Theatre;
  let stage: Stage;
  let prometheus: Prometheus;

  before(async () => {
    theatre = await openTheatre();
    const expiring = softwareKey(DEMO_IDENTITY.customsCode, 20);
    stage = new Stage(theatre, {
      clientId: "ALERTED1",
      env: () => ({ SW_METRICS_TOKEN: TOKEN, SW_CARD_PIN: "000001" }),
      flow: (nodes) => {
        const { client } = nodes.find(({ type }) => type === "sw-card") as { client: string };
        const name = "20 days left";
        nodes.push({ ...cardNode(theatre.token, { backend: "software", ...expiring }), id: "expiring", name, client });
        // It reads that card for its checks; another one signs.
        Object.assign(nodes.find(({ type }) => type === "sw-preflight") ?? {}, { card: "expiring" });
      },
    });
    await stage.startNodeRed();
    prometheus = new Prometheus(scratch());
    await prometheus.start(stage.nodeRed.url, TOKEN);
  });
  after(async () => {
    await prometheus?.stop();
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  const documents = () =>
    stage.ask<{ documents: { id: string; fileName: string }[] }>("documents").then(({ documents: found }) => found);

  it("none of them while all is well", async () => {
    const quiet = ["SingleWindowQueueStuck", "SingleWindowUnknownDocuments", "SingleWindowPinGuardClosed"];
    const all = [...quiet, "SingleWindowCertificateEnds", "SingleWindowGone"];
    await until("the client has come up, and none fires", async () => {
      const firing = await prometheus.firing();
      return (await prometheus.value("single_window_client_open")) === 1 && !all.some((one) => firing.includes(one));
    });
  });

  it("guard closed, queue stuck: a PIN was refused, and a file has waited in OutBox for two hours", async () => {
    for (const name of ["waits.xml", "held.xml", "half.xml"]) {
      const path = join(stage.box("DecCus001", "OutBox"), name);
      const whole = decXml({ key: freshKey() });
      // What is claimed waits in TempBox; one that its producer never finishes stays where it is.
      writeFileSync(`${path}.tmp`, name === "half.xml" ? whole.subarray(0, whole.length / 2) : whole);
      const old = new Date(Date.now() - 2 * 3_600_000);
      utimesSync(`${path}.tmp`, old, old);
      renameSync(`${path}.tmp`, path);
    }
    await prometheus.fires("SingleWindowPinGuardClosed");
    await prometheus.fires("SingleWindowQueueStuck");
    const [stuck] = await prometheus.ask('ALERTS{alertname="SingleWindowQueueStuck",alertstate="firing"}');
    assert.equal(stuck?.metric.client_id, "ALERTED1");
    assert.equal(stuck?.metric.severity, "critical");
  });

  it("unknown documents: one waits for a person", async () => {
    const held = await until("it is in the ledger", async () =>
      (await documents()).find(({ fileName }) => fileName === "held.xml"),
    );
    const { state } = await stage.ask<{ state: string }>(`documents/${held.id}/hold`, { reason: "货物未到" });
    assert.equal(state, "held");
    await prometheus.fires("SingleWindowUnknownDocuments");
  });

  it("certificate: the card that preflight reads has 20 days left", async () => {
    await prometheus.fires("SingleWindowCertificateEnds");
    const [ends] = await prometheus.ask('ALERTS{alertname="SingleWindowCertificateEnds",alertstate="firing"}');
    assert.equal(ends?.metric.card, "20 days left");
  });

  it("instance lost: its process was killed", async () => {
    await stage.nodeRed.kill("SIGKILL");
    await prometheus.fires("SingleWindowGone");
  });
});
