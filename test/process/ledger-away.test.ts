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

  for (const [how, leave, comeBack] of [
    ["stopped", () => postgres.halt(), () => postgres.restart()],
    ["killed", () => postgres.kill(), () => postgres.restart()],
    ["frozen", async () => postgres.pause(), async () => postgres.resume()],
  ] as const) {
    it(`${how}: nothing is claimed or sent, documents wait, and go out once when it is back`, async () => {
      const before = drop();
      await accepted(before);
      const from = stage.nodeRed.lines.length;
      await leave();
      const waiting = drop();
      try {
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
