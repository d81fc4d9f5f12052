import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { startNodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { decXml } from "../../simulator/samples/index.js";
import { Prometheus, RULES } from "../support/prometheus.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { type OwnTheatre, openOwnTheatre, Stage, until } from "../support/stage.js";

const TOKEN = "scrape-token-of-this-test";
const run = promisify(execFile);

describe("a real Prometheus that watches a real Node-RED", function () {
  this.timeout(540_000);
  let dir: string;
  let theatre: OwnTheatre;
  let stage: Stage;
  let prometheus: Prometheus;

  const ask = (query: string) => prometheus.ask(query);
  const value = (query: string) => prometheus.value(query);
  const metrics = (authorization?: string) =>
    fetch(`${stage.nodeRed.url}/single-window/metrics`, authorization ? { headers: { authorization } } : {});
  const health = (path = "") => fetch(`${stage.nodeRed.url}/single-window/health${path}`);

  before(async () => {
    dir = scratch();
    prometheus = new Prometheus(dir);
    theatre = await openOwnTheatre();
    stage = new Stage(theatre, { clientId: "WATCHED1", env: () => ({ SW_METRICS_TOKEN: TOKEN }) });
    await stage.startSimulator();
    await stage.startNodeRed();
    await prometheus.start(stage.nodeRed.url, TOKEN);
  });
  after(async () => {
    await prometheus.stop();
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  it("tells what happened to a document, and nothing that is in it", async () => {
    const xml = decXml();
    stage.drop("DecCus001", "监控.xml", xml);
    await until("the document and its receipts are counted", async () => {
      const sent = await value('single_window_document_events_total{event="sent",business="DecCus001"}');
      return sent === 1 && (await value('sum(single_window_receipts_total{matched="true"})')) >= 1;
    });
    assert.equal(await value('single_window_client_open{client_id="WATCHED1",environment="test"}'), 1);
    assert.equal(await value("single_window_broker_connected"), 1);
    assert.ok((await value('single_window_documents{state="accepted"}')) === 1);
    for (const name of ["sign", "commit"]) assert.ok((await value(`single_window_${name}_seconds_count`)) > 0, name);
    assert.ok((await value('single_window_state_seconds_count{state="sending"}')) === 1);
    assert.ok((await value("single_window_card_certificate_not_after_timestamp_seconds - time()")) > 86_400);
    assert.equal((await ask('single_window_queue_messages{use="send"}')).length, 1);
    const { body, type } = await metrics(`Bearer ${TOKEN}`).then(async (answer) => ({
      body: await answer.text(),
      type: answer.headers.get("content-type"),
    }));
    assert.match(String(type), /^application\/openmetrics-text/);
    assert.match(body, /# EOF\n$/);
    for (const secret of ["监控", theatre.pin, TOKEN]) assert.ok(!body.includes(secret), secret);
    const [unknown] = await prometheus
      .api<{ health: string }[]>("targets?state=active")
      .then((found) => (found as unknown as { activeTargets: { health: string }[] }).activeTargets);
    assert.equal(unknown?.health, "up");
  });

  it("says that it is ready without names, and that it is not while the broker is away", async () => {
    const well = await health();
    assert.deepEqual([well.status, await well.json()], [200, { live: true, ready: true }]);
    await theatre.broker.kill("SIGKILL");
    await until("it is not ready", async () => (await health()).status === 503);
    const { reasons, ...away } = (await (await health()).json()) as { reasons: string[] };
    assert.deepEqual([away, reasons.length], [{ live: true, ready: false }, 1], String(reasons));
    assert.equal((await health("/live")).status, 200);
    await prometheus.fires("SingleWindowBrokerAway");
    await theatre.broker.restart();
    await until("it is ready again", async () => (await health()).status === 200);
  });

  it("asks for a right or for the token where Node-RED asks for a login, and never for health", async () => {
    const nobody = await startNodeRed({
      userDir: join(dir, "locked"),
      port: await freePort(),
      settings: { adminAuth: { type: "credentials", users: [] } },
      env: { SW_METRICS_TOKEN: TOKEN },
    });
    try {
      const ask = (path: string, authorization = "") =>
        fetch(`${nobody.url}/single-window/${path}`, { headers: authorization ? { authorization } : {} });
      const codes = await Promise.all([
        ...["", "Bearer", "Bearer wrong", `Basic ${TOKEN}`, `Bearer ${TOKEN} `, `Bearer ${TOKEN}`].map((word) =>
          ask("metrics", word).then(({ status }) => status),
        ),
        ask("health").then(({ status }) => status),
        ask("health/live").then(({ status }) => status),
        ask("status", `Bearer ${TOKEN}`).then(({ status }) => status),
      ]);
      // No client is there, so it is not ready; the token opens the metrics alone.
      assert.deepEqual(codes, [401, 400, 401, 401, 200, 200, 503, 200, 401]);
    } finally {
      await nobody.stop();
    }
  });

  it("fires for each thing that people have to know", async () => {
    const client = 'client_id="C",environment="test"';
    const cases: readonly [alert: string, series: string, values: string, labels: string][] = [
      ["SingleWindowNotWorking", `single_window_client_open{${client}}`, "0x10", client],
      [
        "SingleWindowQueueStuck",
        `single_window_outbox_oldest_seconds{${client},business="Sas"}`,
        "1000+60x10",
        `${client},business="Sas"`,
      ],
      ["SingleWindowUnknownDocuments", `single_window_documents{${client},state="unknown"}`, "2x10", client],
      [
        "SingleWindowFailures",
        `single_window_document_events_total{${client},business="Sas",event="failed"}`,
        "0 0 0 3 3 3 3 3 3 3 3",
        `${client},business="Sas"`,
      ],
      ["SingleWindowInstanceSilent", `single_window_instances{${client},standing="silent"}`, "1x10", client],
      ["SingleWindowTakeover", `single_window_takeovers_total{${client}}`, "0 0 0 1 1 1 1 1 1 1 1", client],
      ["SingleWindowPinGuardClosed", 'single_window_card_pin_blocked{card="K"}', "1x10", 'card="K"'],
      [
        "SingleWindowCertificateEnds",
        'single_window_card_certificate_not_after_timestamp_seconds{card="K"}',
        `${20 * 86_400}x10`,
        'card="K"',
      ],
    ];
    const tests = cases.map(([alert, series, values, labels]) => {
      const severity = new RegExp(`alert: ${alert}\\n(?:.*\\n)*?.*severity: (\\w+)`).exec(
        readFileSync(RULES, "utf8"),
      )?.[1];
      const input = [
        `{series: '${series}', values: '${values}'}`,
        `{series: 'single_window_instance_info{${client}}', values: '1x10'}`,
      ];
      return `  - interval: 1m
    input_series: [${input.join(", ")}]
    promql_expr_test:
      - {expr: 'count(ALERTS{alertname="${alert}",alertstate="firing",severity="${severity}",${labels}})', eval_time: 8m, exp_samples: [{labels: '{}', value: 1}]}`;
    });
    const gone = `  - interval: 1m
    input_series: [{series: 'up', values: '0x10'}]
    promql_expr_test:
      - {expr: 'count(ALERTS{alertname="SingleWindowGone",alertstate="firing"})', eval_time: 8m, exp_samples: [{labels: '{}', value: 1}]}`;
    writeFileSync(
      join(dir, "rules-test.yml"),
      `rule_files: ["${RULES}"]\nevaluation_interval: 1m\ntests:\n${[...tests, gone].join("\n")}\n`,
    );
    assert.match((await run("promtool", ["test", "rules", join(dir, "rules-test.yml")])).stdout, /SUCCESS/);
    assert.match((await run("promtool", ["check", "rules", RULES])).stdout, /SUCCESS: 11 rules/);
    const lint = spawn("promtool", ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
    const body = (await (await metrics(`Bearer ${TOKEN}`)).text()).replace(/# EOF\n$/, "");
    let said = "";
    for (const stream of [lint.stdout, lint.stderr]) stream.on("data", (text) => (said += text));
    lint.stdin.end(body);
    await new Promise((resolve) => lint.once("close", resolve));
    // promtool reads the older text format, in which a counter's help stands under its whole name.
    const wrong = said.split("\n").filter((line) => /^single_window_/.test(line) && !/_total no help text$/.test(line));
    assert.deepEqual(wrong, [], said);
  });
});
