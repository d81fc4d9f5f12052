import assert from "node:assert/strict";
import { join } from "node:path";
import type { NodeRed } from "../../scripts/node-red.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { type Evidence, judge, type Verdict } from "./checker.js";
import { removeScratch } from "./scratch.js";
import { openTheatre, Stage, type StageOptions, type Theatre, until } from "./stage.js";

type Row = ReturnType<Stage["rows"]>[number];

/** Of one that is frozen: its lease and the grace after it (`INSTANCE`), the next renewal of another, and time for a busy machine. */
const TAKEOVER = 60_000;

/** Of what the route `status` says of each client. */
type Status = {
  brokers: { state: string }[];
  cards: { state: string }[];
  standing: { code: string; text: { en: string } }[];
  instances: { pid: number; leads: boolean; gaveUpAt: number }[];
};

/** What a Node-RED says of its client. */
export async function statusOf({ url }: NodeRed): Promise<Status | undefined> {
  const response = await fetch(`${url}/single-window/status`);
  return ((await response.json()) as Status[])[0];
}

/** Real Node-REDs on one OutBox, with one ledger in a schema of a real PostgreSQL. */
export class SharedStage {
  readonly stage: Stage;
  readonly processes: NodeRed[] = [];
  private readonly schema: string;
  private envs: readonly NodeJS.ProcessEnv[] = [];

  /** `link`: whether one of them has the link to the broker, or all. `more`: of the stage. */
  constructor(
    theatre: Theatre,
    private readonly postgres: PrivatePostgres,
    clientId: string,
    link: "one" | "all",
    env: NodeJS.ProcessEnv = {},
    more: Omit<StageOptions, "clientId" | "client" | "env"> = {},
  ) {
    this.schema = clientId.toLowerCase();
    this.stage = new Stage(theatre, {
      ...more,
      clientId,
      client: { link },
      env: () => ({
        SW_LEDGER: `${postgres.url}?schema=${this.schema}&sslmode=disable`,
        PGPASSWORD: postgres.password,
        ...env,
      }),
    });
  }

  /**
   * Starts so many of them, or one for each of these sets of environment variables, and the simulator; resolves when all share the ledger.
   */
  async open(wanted: number | readonly NodeJS.ProcessEnv[]): Promise<void> {
    this.envs = typeof wanted === "number" ? Array.from({ length: wanted }, () => ({})) : wanted;
    await this.stage.startSimulator();
    const starting = this.envs.map((_, place) => this.startAt(place));
    for (const started of await Promise.allSettled(starting)) if (started.status === "rejected") throw started.reason;
    const all = this.envs.length;
    await until("all of them share the ledger", async () => (await this.instances()).length === all, 120_000);
  }

  /** Starts one more; resolves when it shares the ledger. */
  async add(env: NodeJS.ProcessEnv): Promise<NodeRed> {
    this.envs = [...this.envs, env];
    const place = this.envs.length - 1;
    await this.startAt(place);
    await until("it shares the ledger", async () => (await this.instances()).length > place, 120_000);
    return this.processes[place] as NodeRed;
  }

  /** Each has a PIN guard of its own, as on machines of their own. */
  private async startAt(place: number): Promise<void> {
    const name = `node-red-${place + 1}`;
    const env = { SW_PIN_GUARD: join(this.stage.dir, name, "guard"), ...this.envs[place] };
    this.processes[place] = await this.stage.startAnotherNodeRed(name, env);
  }

  /** Starts the Node-RED at this place again, after a kill, with the settings that it had. */
  async startAgain(place: number): Promise<void> {
    await this.processes[place]?.stop();
    await this.startAt(place);
  }

  async close(): Promise<void> {
    for (const one of this.processes.splice(0)) await one?.stop();
    await this.stage.close();
  }

  /** Hands in so many documents; returns their keys. */
  drop(count: number): string[] {
    const keys = Array.from({ length: count }, () => freshKey());
    this.stage.noteLoad(keys);
    for (const key of keys) this.stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    return keys;
  }

  /** How many have arrived at the other side. */
  delivered(): number {
    return this.stage.simulated().filter(({ event }) => event === "delivered").length;
  }

  /** Waits until so many more have arrived. */
  async arrived(count: number): Promise<void> {
    const before = this.delivered();
    await until(`${count} more have arrived`, () => this.delivered() >= before + count);
  }

  /** How many documents are accepted and settled: nothing more comes of them. */
  async ended(): Promise<number> {
    const sql = `SELECT count(*) AS count FROM ${this.schema}.documents WHERE state = 'accepted' AND settled = 1`;
    return (await this.read<{ count: number }>(sql))[0]?.count ?? 0;
  }

  async rowsOf(keys: readonly string[]): Promise<(Row & { owner: string })[]> {
    const mine = new Set(keys);
    return (await this.rows()).filter(({ clientKey }) => mine.has(clientKey));
  }

  async done(keys: readonly string[]): Promise<void> {
    let open: unknown[] = [];
    await until(
      () => `all are accepted; open: ${open.length}, the first of them ${JSON.stringify(open.slice(0, 3))}`,
      async () => {
        const rows = await this.rowsOf(keys);
        open = rows.filter(({ state, settled }) => state !== "accepted" || !settled);
        return rows.length === keys.length && open.length === 0;
      },
      180_000,
    );
  }

  /** What has become of these, as producer, ledger and the other side tell it. */
  async verdict(keys: readonly string[]): Promise<Verdict> {
    return judge(await this.evidence(), keys);
  }

  async assertOnce(keys: readonly string[], duplicates: "none" | "marked"): Promise<void> {
    const verdict = await this.verdict(keys);
    assert.deepEqual(verdict.lost, []);
    assert.deepEqual(verdict.unexpected, []);
    assert.deepEqual(verdict.falselyAcknowledged, []);
    assert.deepEqual(duplicates === "none" ? verdict.duplicated : verdict.silentlyDuplicated, []);
    assert.equal((await this.rowsOf(keys)).length, keys.length);
  }

  /** Id of the instance that a process is; empty when it is none now. */
  async instanceOf({ pid }: NodeRed): Promise<string> {
    return (await this.instances()).find((one) => one.pid === pid && one.takenBy === "")?.id ?? "";
  }

  /** Waits until nothing that is open is this instance's; resolves to the milliseconds. */
  async takenOver(id: string): Promise<number> {
    const start = performance.now();
    await until(
      "its documents are another one's",
      async () => (await this.instances()).some((one) => one.id === id && one.takenBy !== ""),
      TAKEOVER,
    );
    assert.deepEqual(
      (await this.rows()).filter(({ owner, settled }) => owner === id && !settled),
      [],
    );
    return performance.now() - start;
  }

  /** How many documents have an event. */
  async having(event: string): Promise<number> {
    const sql = `SELECT count(DISTINCT document_id) AS n FROM ${this.schema}.events WHERE event = '${event}'`;
    return Number((await this.read<{ n: number }>(sql))[0]?.n);
  }

  /** Every row of the ledger, with its owner. */
  async rows(): Promise<(Row & { owner: string })[]> {
    const rows = await this.read<Row & { owner: string }>(
      `SELECT id, file_name AS "fileName", client_key AS "clientKey", state, settled = 1 AS settled, box, code, owner,
        possible_duplicate = 1 AS "possibleDuplicate" FROM ${this.schema}.documents`,
    );
    return rows;
  }

  /** Those that share the ledger, and who has taken over from whom. */
  instances(): Promise<{ id: string; pid: number; epoch: number; takenBy: string }[]> {
    return this.read(`SELECT id, pid, epoch, taken_by AS "takenBy" FROM ${this.schema}.instances`);
  }

  /** All that `judge` looks at, as it is now. */
  async evidence(): Promise<Evidence> {
    const { stage, schema } = this;
    const rows = await this.rows();
    const resent = await this.read<{ key: string }>(
      `SELECT DISTINCT client_key AS key FROM ${schema}.documents JOIN ${schema}.events ON document_id = documents.id
        WHERE event = 'resending'`,
    );
    return {
      rows: () => rows,
      resentKeys: () => new Set(resent.map(({ key }) => key)),
      simulated: () => stage.simulated(),
      isWaiting: (key) => stage.isWaiting(key),
      handedIn: () => stage.handedIn(),
    };
  }

  /** What came of each try of a PIN, as the ledger has it. */
  async pinOutcomes(): Promise<string[]> {
    const tries = await this.read<{ outcome: string }>(
      `SELECT outcome FROM ${this.schema}.pin_attempts ORDER BY number`,
    );
    return tries.map(({ outcome }) => outcome);
  }

  private async read<T>(sql: string): Promise<T[]> {
    return JSON.parse(await this.postgres.sql(`SELECT coalesce(json_agg(found), '[]') FROM (${sql}) AS found`)) as T[];
  }
}

/** For a `describe`: a broker, a token and a PostgreSQL for all of its tests. The stage that a test makes is closed behind it. */
export function sharedTheatre() {
  let theatre: Theatre;
  let postgres: PrivatePostgres;
  let shared: SharedStage | undefined;

  before(async () => {
    [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
  });
  afterEach(async () => {
    await shared?.close();
    shared = undefined;
  });
  after(async () => {
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  return {
    get broker() {
      return theatre.broker;
    },
    /** As the constructor of `SharedStage`. */
    stage(clientId: string, link: "one" | "all", env?: NodeJS.ProcessEnv): SharedStage {
      shared = new SharedStage(theatre, postgres, clientId, link, env);
      return shared;
    },
  };
}
