import assert from "node:assert/strict";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 20;

/** Real Node-RED with its ledger in a real PostgreSQL that is stopped, killed and frozen under it (issue "several machines", 6). */
describe("a ledger in PostgreSQL that is away", function () {
  this.timeout(900_000);
  let theatre: Theatre;
  let postgres: PrivatePostgres;
  let stage: Stage;

  before(async () => {
    [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
    stage = new Stage(theatre, {
      clientId: "AWAY0001",
      env: () => ({ SW_LEDGER: `${postgres.url}?schema=away&sslmode=disable`, PGPASSWORD: postgres.password }),
    });
    await stage.startSimulator();
    await stage.startNodeRed();
  });
  after(async () => {
    await stage?.close();
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  const drop = (count = DOCUMENTS) => {
    const keys = Array.from({ length: count }, () => freshKey());
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    return keys;
  };
  /** What arrived of these, by the number that each message carries; what the broker brings again itself does not count. */
  const delivered = (keys: readonly string[]) => {
    const mine = new Set(keys);
    return stage
      .simulated()
      .filter(
        ({ event, correlationId = "", redelivered }) =>
          event === "delivered" && mine.has(correlationId) && !redelivered,
      );
  };
  const accepted = async (keys: readonly string[]) => {
    const list = keys.map((key) => `'${key}'`).join(",");
    const rows = `FROM away.documents WHERE client_key IN (${list})`;
    let states = "";
    await until(
      () => `all of them are accepted; they are: ${states}`,
      async () => {
        states = await postgres.sql(`SELECT state, settled, box, code, count(*) ${rows} GROUP BY 1, 2, 3, 4`);
        return states === `accepted|1|SentBox||${keys.length}`;
      },
      180_000,
    );
  };
  const says = (text: RegExp, from: number) =>
    until(
      () => `Node-RED says ${text}; it has said ${stage.nodeRed.lines.slice(from).join("\n").slice(-2000)}`,
      () => stage.nodeRed.lines.slice(from).some((line) => text.test(line)),
      90_000,
    );

  /** What a route answers within the time in which a hanging one does not: it was tried for a minute. */
  const ask = async (path: string) => {
    const answer = await fetch(`${stage.nodeRed.url}/single-window/${path}`, { signal: AbortSignal.timeout(12_000) });
    const text = await answer.text();
    return { status: answer.status, text, body: text.startsWith("#") ? undefined : JSON.parse(text) };
  };
  /** All routes that ask the ledger, at once, for each of which somebody may wait. */
  async function assertAnswered(id: string, known: number): Promise<void> {
    const node = "single_window_client";
    const [status, documents, document, client, metrics, resent] = await Promise.all([
      ...["status", "documents", `documents/${id}`, "clients/", "metrics"].map(async (path) =>
        ask(path === "clients/" ? `clients/${(await ask("status")).body[0].client.id}` : path),
      ),
      fetch(`${stage.nodeRed.url}/single-window/documents/${id}/resend`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ reason: "again" }),
        signal: AbortSignal.timeout(12_000),
      }).then(async (answer) => ({ status: answer.status, text: "", body: await answer.json() })),
    ] as const);
    assert.ok(status && documents && document && client && metrics && resent);
    const [shown] = status.body;
    assert.equal(status.status, 200);
    assert.equal(shown.fault.code, "SW-LEDGER", status.text);
    assert.ok(shown.fault.advice.zh && shown.fault.text.en, status.text);
    assert.ok(shown.counts.accepted >= known, status.text);
    assert.ok(shown.countsAt > 0, "they are not of now");
    for (const refused of [documents, document, resent]) {
      assert.equal(refused.status, 503);
      assert.equal(refused.body.code, "SW-LEDGER");
      assert.ok(refused.body.advice.zh && refused.body.text.en, refused.text);
    }
    assert.equal(client.status, 200);
    assert.equal(client.body.fault.code, "SW-LEDGER", client.text);
    assert.equal(client.body.counts, null);
    assert.equal(metrics.status, 200);
    assert.match(metrics.text, /^single_window_ledger_up\{.*\} 0$/m);
    assert.doesNotMatch(metrics.text, /^single_window_documents\{/m);
    assert.match(metrics.text, new RegExp(`^${node}_open`, "m"));
  }

  for (const [how, leave, comeBack] of [
    ["stopped", () => postgres.halt(), () => postgres.restart()],
    ["killed", () => postgres.kill(), () => postgres.restart()],
    ["frozen", async () => postgres.pause(), async () => postgres.resume()],
  ] as const) {
    it(`${how}: nothing is claimed or sent, documents wait, and go out once when it is back`, async () => {
      const before = drop();
      await accepted(before);
      const { body } = await ask("documents?limit=1");
      const [counted] = (await ask("status")).body;
      assert.deepEqual([counted.countsAt, counted.fault], [null, null]);
      assert.match((await ask("metrics")).text, /^single_window_ledger_up\{.*\} 1$/m);
      const from = stage.nodeRed.lines.length;
      await leave();
      const waiting = drop();
      try {
        await assertAnswered(body.documents[0].id, counted.counts.accepted);
        await says(/SW-LEDGER .*Documents wait/, from);
        assert.deepEqual(delivered(waiting), []);
        assert.deepEqual(
          waiting.filter((key) => !stage.isWaiting(key)),
          [],
        );
        assert.deepEqual(stage.files("DecCus001", "FailBox"), []);
      } finally {
        await comeBack();
      }
      await accepted(waiting);
      const arrived = delivered([...before, ...waiting]).map(({ correlationId }) => String(correlationId));
      assert.deepEqual(arrived.sort(), [...before, ...waiting].sort());
      assert.deepEqual(stage.files("DecCus001", "FailBox"), []);
    });
  }

  it("dropped and put back from an older backup under files that wait: not ready meanwhile, and what was sent is not sent again", async () => {
    const watched = async () => {
      const { status, ...answer } = await fetch(`${stage.nodeRed.url}/single-window/health`).then(async (response) => ({
        status: response.status,
        ...((await response.json()) as { ready: boolean; reasons?: string[] }),
      }));
      const clients = await fetch(`${stage.nodeRed.url}/single-window/status`).then((response) => response.json());
      const fault = (clients as { fault: { code: string } | null }[])[0]?.fault?.code;
      // Brokers and the like may hinder as well while nobody may work.
      return JSON.stringify([status, answer.ready, answer.reasons?.includes("SW-LEDGER"), fault]);
    };
    const says = async (what: unknown[]) => {
      const wanted = JSON.stringify(what);
      let said = "";
      await until(
        () => `health and status say ${wanted}; they say ${said}`,
        async () => {
          said = await watched();
          return said === wanted;
        },
        90_000,
      );
    };
    await accepted(drop(3));
    const backup = await postgres.run("pg_dump", ["-n", "away"]);
    const since = drop(3);
    await accepted(since);
    await says([200, true, undefined, undefined]);
    await postgres.sql("DROP SCHEMA away CASCADE");
    await says([503, false, true, "SW-LEDGER"]);
    const waiting = drop(3);
    await postgres.run("psql", ["-q", "-v", "ON_ERROR_STOP=1"], backup);
    await says([200, true, undefined, undefined]);
    await accepted(waiting);
    const [key = ""] = since;
    stage.drop("DecCus001", `again-${key}.xml`, decXml({ key, goods: 2 }));
    await until(
      "the repeat is known as one",
      async () =>
        (await postgres.sql(`SELECT code FROM away.documents WHERE file_name = 'again-${key}.xml'`)) === "SW-DUP",
      90_000,
    );
    const arrived = delivered([...since, ...waiting]).map(({ correlationId }) => String(correlationId));
    assert.deepEqual(arrived.sort(), [...since, ...waiting].sort());
  });

  it("stopped in the middle of a load: each document goes out once, or again marked", async () => {
    const keys = drop(100);
    await until("it is in the middle", () => delivered(keys).length > 20);
    await postgres.kill();
    await postgres.restart();
    await accepted(keys);
    const sends = new Map<string, { possibleDuplicate?: string | boolean }[]>();
    for (const line of delivered(keys)) {
      const key = line.correlationId ?? "";
      sends.set(key, [...(sends.get(key) ?? []), line]);
    }
    assert.equal(sends.size, keys.length);
    const silent = [...sends.values()].filter(([, ...again]) =>
      again.some(({ possibleDuplicate }) => !possibleDuplicate),
    );
    assert.deepEqual(silent, []);
    assert.ok(!stage.nodeRed.lines.some((line) => line.includes(postgres.password)));
  });
});
