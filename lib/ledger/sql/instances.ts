import type { ProcessMark } from "../../host.js";
import {
  type Beat,
  GAVE_UP,
  INSTANCE,
  type Instances,
  nameOf,
  type OtherInstance,
  type Said,
  type SeenInstance,
  type TakenOver,
  takenName,
} from "../instances.js";
import type { DocumentRow, EventNote } from "../types.js";
import { SqlPins } from "./pins.js";
import type { Rows } from "./rows.js";
import type { SharedStore, Store } from "./store.js";
import { all, run, type Statement, type Stored, type Work } from "./work.js";

const seconds = (milliseconds: number) => `interval '${milliseconds / 1000} seconds'`;
/** Whoever joined first of those that are not taken over: it alone leads, and nobody else before its lease and the grace are over. */
const LEADER = "SELECT id, host, pid, lease_until FROM instances WHERE taken_by = '' ORDER BY number LIMIT 1";
const GAVE_UP_LATELY = `coalesce(gave_up_at > clock_timestamp() - ${seconds(GAVE_UP)}, false)`;
/** Milliseconds since the epoch; 0 for one that is none. */
const time = (column: string) =>
  `CASE WHEN isfinite(${column}) THEN floor(extract(epoch FROM ${column}) * 1000)::bigint ELSE 0 END`;
const OVER = `lease_until < clock_timestamp() - ${seconds(INSTANCE.grace)}`;

/** What each is to know of the others. */
const OTHERS = `id, host, pid, boot, started, number, (${OVER})::int AS "over", (lease_until = '-infinity')::int AS "left",
  ${time("away_since")} AS "awaySince", (${GAVE_UP_LATELY})::int AS "gaveUp", root, root_token AS "token", root_before AS "before"`;

/** Documents whose bytes for the broker are fixed: ready for their first send, or with one of no known outcome. */
const TO_SEND =
  "settled = 0 AND wire <> '' AND state IN ('claimed', 'unknown') AND (state = 'unknown' OR (box = 'TempBox' AND retry_at = 0))";

/** How many are shown. */
const SEEN = 100;

/** The table `instances`, by the database's clock. One that was taken over stays for a day, to be seen. */
export class SqlInstances implements Instances {
  readonly pins: SqlPins;
  private name = "";

  /** `tell` hears of what the story of a document got. */
  constructor(
    private readonly store: Store,
    private readonly shared: SharedStore,
    private readonly rows: Rows,
    private readonly tell: (row: DocumentRow, note: EventNote) => void,
  ) {
    this.pins = new SqlPins(store, shared);
  }

  get own(): string {
    return this.shared.instance?.id ?? "";
  }

  async join(id: string, { host, pid, boot, started }: ProcessMark): Promise<void> {
    this.name = nameOf({ host, pid });
    const columns = "id, epoch, lease_until, host, pid, boot, started";
    const lease = `clock_timestamp() + ${seconds(INSTANCE.lasts)}`;
    const sql = `INSERT INTO instances (${columns}) VALUES (?, 1, ${lease}, ?, ?, ?, ?)`;
    await this.shared.aside(run(sql, id, host, pid, boot, started));
    this.shared.instance = { id, epoch: 1 };
  }

  async renew({ reach = "", root = "", token = "", before = "" }: Partial<Said> = {}): Promise<Beat> {
    const { id = "", epoch = 0 } = this.shared.instance ?? {};
    const rows = await this.shared.aside(
      all(
        `WITH mine AS (
          UPDATE instances SET lease_until = clock_timestamp() + ${seconds(INSTANCE.lasts)},
            away_since = CASE WHEN ?::text = 'away' THEN coalesce(away_since, clock_timestamp()) END,
            gave_up_at = CASE WHEN ?::text <> 'reached' THEN gave_up_at END, root = ?, root_token = ?, root_before = ?
          WHERE id = ? AND epoch = ? RETURNING number
        )
        SELECT ${OTHERS}, (SELECT number FROM mine) AS mine FROM instances WHERE taken_by = '' AND id <> ?
        UNION ALL SELECT '', '', 0, '', '', 0, 0, 0, 0, 0, '', '', '', number FROM mine`,
        ...[reach, reach, root, token, before, id, epoch, id],
      ),
    );
    const mine = Number(rows[0]?.mine ?? 0);
    const others = othersIn(
      rows.filter((row) => row.id !== ""),
      mine || Number.POSITIVE_INFINITY,
    );
    return {
      held: mine > 0,
      leads: mine > 0 && !others.some(({ leads }) => leads),
      alone: others.every(({ over, left }) => over || left),
      others,
    };
  }

  async others(): Promise<OtherInstance[]> {
    const sql = `SELECT ${OTHERS} FROM instances WHERE taken_by = '' AND id <> ?`;
    return othersIn(await this.shared.aside(all(sql, this.own)), Number.POSITIVE_INFINITY);
  }

  async giveUp(): Promise<boolean> {
    const { id = "", epoch = 0 } = this.shared.instance ?? {};
    const given = await this.shared.aside(
      all(
        `UPDATE instances SET number = DEFAULT, gave_up_at = clock_timestamp(), away_since = NULL
          WHERE id = ? AND epoch = ? AND id = (SELECT id FROM (${LEADER}) AS leader) AND EXISTS (
            SELECT 1 FROM instances WHERE taken_by = '' AND id <> ? AND lease_until > clock_timestamp() AND NOT (${GAVE_UP_LATELY}))
          RETURNING id`,
        ...[id, epoch, id],
      ),
    );
    return given.length > 0;
  }

  async takeOver(dead: readonly string[], silent: boolean, told = true): Promise<TakenOver> {
    const { instances, changed } = await this.store.write(() => this.taking(dead, silent, told));
    for (const { row, notes } of changed) for (const note of notes) this.tell(row, note);
    return { instances, documents: changed.length };
  }

  async takeHeld(id: string): Promise<DocumentRow> {
    const { row, note } = await this.store.write(() => this.takingHeld(id));
    if (note) this.tell(row, note);
    return row;
  }

  private *takingHeld(id: string): Work<{ row: DocumentRow; note?: EventNote }> {
    const me = this.shared.instance?.id;
    const [holder] = yield all(
      "SELECT host, pid FROM documents JOIN instances ON instances.id = owner WHERE documents.id = ? AND owner <> ?",
      ...[id, me ?? ""],
    );
    if (!holder) return { row: yield* this.rows.change(id, { takes: "held" }, {}, undefined) };
    const note = { event: "taken-over", text: `${nameOf(holder as never)} → ${this.name}` };
    return { row: yield* this.rows.change(id, { takes: "held" }, {}, note), note };
  }

  async seen(): Promise<SeenInstance[]> {
    const me = this.own;
    const rows = await this.store.read(() => this.read());
    const first = Math.min(...rows.filter(({ takenBy }) => takenBy === "").map(({ number }) => Number(number)));
    return rows.map((row) => ({
      ...{ id: String(row.id), host: String(row.host), pid: Number(row.pid) },
      ...{
        since: Number(row.since),
        leaseUntil: Number(row.until),
        standing: row.standing as SeenInstance["standing"],
      },
      ...{ awaySince: Number(row.awaySince), gaveUpAt: Number(row.gaveUpAt) },
      ...{ leads: Number(row.number) === first, own: row.id === me },
      ...{ takenBy: String(row.takenBy), takenAt: Number(row.takenAt), documents: Number(row.documents) },
    }));
  }

  private *read(): Work<Stored[]> {
    return yield all(
      `SELECT id, number, host, pid, ${time("joined_at")} AS since, ${time("lease_until")} AS until, taken_by AS "takenBy",
        ${time("taken_at")} AS "takenAt", ${time("away_since")} AS "awaySince", ${time("gave_up_at")} AS "gaveUpAt",
        CASE WHEN lease_until = '-infinity' THEN 'left' WHEN taken_by <> '' THEN 'taken-over'
          WHEN lease_until > clock_timestamp() THEN 'alive' ELSE 'silent' END AS standing,
        (SELECT count(*) FROM documents WHERE settled = 0 AND owner = instances.id) AS documents
        FROM instances ORDER BY taken_by <> '', number DESC LIMIT ${SEEN}`,
    );
  }

  toSend(after: string, limit: number): Promise<DocumentRow[]> {
    const me = this.own;
    const where = `WHERE owner = ? AND ${TO_SEND} AND id > ? ORDER BY id LIMIT ?`;
    return this.store.read(() => this.rows.documents(where, me, after, limit));
  }

  handOver(most: number): Promise<number> {
    return this.store.write(() => this.handingOver(most));
  }

  async end(dead: readonly string[]): Promise<void> {
    await this.store.write(() => this.ending(dead, false));
  }

  beginAnew(): Promise<number> {
    return this.store.write(() => this.beginningAnew());
  }

  private *beginningAnew(): Work<number> {
    const end = "UPDATE instances SET epoch = epoch + 1, taken_by = ?, taken_at = clock_timestamp()";
    const over = `lease_until + ${seconds(INSTANCE.grace)} - clock_timestamp()`;
    const rest = `CASE WHEN isfinite(lease_until) THEN extract(epoch FROM ${over}) * 1000 ELSE 0 END AS rest`;
    const me = this.own;
    const ended = yield all(`${end} WHERE taken_by = '' AND id <> ? RETURNING ${rest}`, me, me);
    yield* this.taking([], false, false);
    for (const sql of this.store.dialect.filled) yield run(sql);
    return Math.max(0, ...ended.map((one) => Number(one.rest)));
  }

  async leave(): Promise<void> {
    this.pins.close();
    const { instance } = this.shared;
    if (!instance) return;
    const sql = "UPDATE instances SET lease_until = '-infinity' WHERE id = ? AND epoch = ?";
    await this.shared.aside(run(sql, instance.id, instance.epoch));
  }

  private *handingOver(most: number): Work<number> {
    const me = this.own;
    const [leader] = yield all(`SELECT id, host, pid FROM (${LEADER}) AS leader WHERE lease_until > clock_timestamp()`);
    if (!leader || leader.id === me) return 0;
    const ready = `SELECT id FROM documents WHERE owner = ? AND ${TO_SEND} ORDER BY id LIMIT ?`;
    const [has] = yield all(`SELECT count(*) AS n FROM (${ready}) AS found`, String(leader.id), most);
    const room = most - Number(has?.n);
    if (room <= 0) return 0;
    // Its epoch rises as by a takeover: whatever is still under way for it here is not committed any more.
    const given = yield all(
      `UPDATE documents SET owner = ?, epoch = epoch + 1 WHERE owner = ? AND id IN (${ready}) RETURNING id`,
      ...[String(leader.id), me, me, room],
    );
    this.store.knownRows?.clear();
    const note = { event: "handed-over", text: `${this.name} → ${nameOf(leader as never)}` };
    for (const { id } of given) yield this.rows.event(String(id), note);
    return given.length;
  }

  /** Those that were ended. */
  private *ending(dead: readonly string[], silent: boolean): Work<TakenOver["instances"]> {
    const me = this.own;
    const { table, value, field } = this.store.dialect.rows;
    const over = yield all(
      `SELECT id, host, pid, (lease_until = '-infinity')::int AS "left" FROM instances WHERE taken_by = '' AND id <> ?
        AND (${silent ? OVER : "false"} OR id IN (SELECT ${field(0, "text")} FROM ${table})) ORDER BY id FOR UPDATE SKIP LOCKED`,
      ...[me, value(dead.map((id) => [id]))],
    );
    const instances = over.map(({ id, host, pid, left }) => {
      return { id: String(id), host: String(host), pid: Number(pid), ...(Number(left) === 1 && { left: true }) };
    });
    for (const { id } of instances) {
      const sql = "UPDATE instances SET epoch = epoch + 1, taken_by = ?, taken_at = clock_timestamp() WHERE id = ?";
      yield run(sql, me, id);
    }
    return instances;
  }

  private *taking(dead: readonly string[], silent: boolean, told: boolean): Work<Taking> {
    const me = this.own;
    const instances = yield* this.ending(dead, silent);
    const gone = "settled = 0 AND owner NOT IN (SELECT id FROM instances WHERE taken_by = '')";
    const names = new Map(
      (yield all("SELECT id, host, pid FROM instances")).map((row) => [row.id, nameOf(row as never)]),
    );
    const open = yield* this.rows.documents(`WHERE ${gone} ORDER BY id`);
    yield run(`UPDATE documents SET owner = ?, epoch = epoch + 1 WHERE ${gone}`, me);
    this.store.knownRows?.clear();
    const changed: Taking["changed"] = [];
    for (const row of open) {
      const notes: EventNote[] = [];
      const from = names.get(row.owner);
      // Nor is it news that a process goes on with its own after a deploy.
      if (told && from !== undefined && from !== this.name)
        notes.push({ event: "taken-over", text: `${from} → ${this.name}` });
      for (const note of notes) yield this.rows.event(row.id, note);
      let now: DocumentRow = { ...row, owner: me, epoch: row.epoch + 1 };
      if (row.state === "sending") {
        const note = { event: "unknown", text: "stopped while sending" };
        now = yield* this.rows.change(row.id, { from: ["sending"], to: "unknown" }, {}, note);
        if (told) notes.push(note);
      }
      changed.push({ row: now, notes });
    }
    yield run("DELETE FROM instances WHERE taken_at < clock_timestamp() - interval '1 day'");
    return { instances, changed };
  }
}

interface Taking {
  instances: TakenOver["instances"];
  changed: { row: DocumentRow; notes: EventNote[] }[];
}

/** `mine`: the place in the line of the one that asks. */
function othersIn(rows: readonly Stored[], mine: number): OtherInstance[] {
  const first = Math.min(mine, ...rows.map(({ number }) => Number(number)));
  return rows.map(({ id, host, pid, boot, started, number, over, left, awaySince, gaveUp, root, token, before }) => ({
    ...{ id: String(id), host: String(host), pid: Number(pid), boot: String(boot), started: String(started) },
    ...{ over: Number(over) === 1, left: Number(left) === 1, leads: Number(number) === first },
    ...{ awaySince: Number(awaySince), gaveUp: Number(gaveUp) === 1 },
    ...{ root: String(root), token: String(token), before: String(before) },
  }));
}

type Claim = Pick<DocumentRow, "id" | "business" | "sha256">;

/**
 * A file's name in an OutBox belongs to the document that claimed it for as long as that is `claimed`: whoever comes second finds it
 * taken (line 5). The same instance may claim a newer file of that name; one with the same bytes is the file of a claim that it has taken over
 * since it looked. Throws `takenName`.
 */
export function* takeName({ id, business, sha256 }: Claim, fileName: string, me: string): Work<void> {
  const [held] = yield all(
    `SELECT owner, sha256 FROM claimed_names JOIN documents ON documents.id = document_id
      WHERE folder = lower(?::text COLLATE "C") AND name = lower(?::text COLLATE "C") AND document_id <> ?`,
    ...[business, fileName, id],
  );
  if (held && (held.owner !== me || held.sha256 === sha256)) throw takenName(fileName);
  yield run(
    `INSERT INTO claimed_names (folder, name, document_id)
      VALUES (lower(?::text COLLATE "C"), lower(?::text COLLATE "C"), ?)
      ON CONFLICT (folder, name) DO UPDATE SET document_id = excluded.document_id`,
    ...[business, fileName, id],
  );
}

/** To be yielded: the names of a document are free. */
export function freeNames(id: string): Statement {
  return run("DELETE FROM claimed_names WHERE document_id = ?", id);
}
