import type { ProcessMark } from "../../host.js";
import { type Beat, INSTANCE, type Instances, type TakenOver, takenName } from "../instances.js";
import type { DocumentRow } from "../types.js";
import { SqlPins } from "./pins.js";
import type { Rows } from "./rows.js";
import type { SharedStore, Store } from "./store.js";
import { all, run, type Statement, type Work } from "./work.js";

const seconds = (milliseconds: number) => `interval '${milliseconds / 1000} seconds'`;
/** Whoever joined first of those that are not taken over: it alone leads, and nobody else before its lease and the grace are over. */
const LEADER = "SELECT id, lease_until FROM instances WHERE taken_by = '' ORDER BY number LIMIT 1";
const OVER = `lease_until < clock_timestamp() - ${seconds(INSTANCE.grace)}`;

/** Documents whose bytes for the broker are fixed: ready for their first send, or with one of no known outcome. */
const TO_SEND =
  "settled = 0 AND wire <> '' AND state IN ('claimed', 'unknown') AND (state = 'unknown' OR (box = 'TempBox' AND retry_at = 0))";

/** The table `instances`, by the database's clock. One that was taken over stays for a day, to be seen. */
export class SqlInstances implements Instances {
  readonly pins: SqlPins;

  constructor(
    private readonly store: Store,
    private readonly shared: SharedStore,
    private readonly rows: Rows,
  ) {
    this.pins = new SqlPins(store, shared);
  }

  async join(id: string, { host, pid, boot, started }: ProcessMark): Promise<void> {
    const columns = "id, epoch, lease_until, host, pid, boot, started";
    const lease = `clock_timestamp() + ${seconds(INSTANCE.lasts)}`;
    const sql = `INSERT INTO instances (${columns}) VALUES (?, 1, ${lease}, ?, ?, ?, ?)`;
    await this.shared.aside(run(sql, id, host, pid, boot, started));
    this.shared.instance = { id, epoch: 1 };
  }

  async renew(): Promise<Beat> {
    const { id = "", epoch = 0 } = this.shared.instance ?? {};
    const rows = await this.shared.aside(
      all(
        `WITH mine AS (
          UPDATE instances SET lease_until = clock_timestamp() + ${seconds(INSTANCE.lasts)}
          WHERE id = ? AND epoch = ? RETURNING number
        )
        SELECT id, host, pid, boot, started, number, (SELECT number FROM mine) AS mine,
          (${OVER})::int AS "over", (lease_until = '-infinity')::int AS "left", (lease_until > clock_timestamp())::int AS alive
        FROM instances WHERE taken_by = '' AND id <> ?
        UNION ALL SELECT '', '', 0, '', '', 0, number, 0, 0, 0 FROM mine`,
        ...[id, epoch, id],
      ),
    );
    const mine = Number(rows[0]?.mine ?? 0);
    const found = rows.filter((row) => row.id !== "").map((row) => ({ ...row, number: Number(row.number) }) as Other);
    const alive = found.filter((one) => Number(one.alive) === 1);
    return {
      held: mine > 0,
      leads: mine > 0 && found.every(({ number }) => number > mine),
      alone: alive.length === 0,
      others: found.map(({ id, host, pid, boot, started, over, left }) => {
        return { id, host, pid: Number(pid), boot, started, over: Number(over) === 1, left: Number(left) === 1 };
      }),
    };
  }

  takeOver(dead: readonly string[], silent: boolean): Promise<TakenOver> {
    return this.store.write(() => this.taking(dead, silent));
  }

  toSend(after: string, limit: number): Promise<DocumentRow[]> {
    const me = this.shared.instance?.id ?? "";
    const where = `WHERE owner = ? AND ${TO_SEND} AND id > ? ORDER BY id LIMIT ?`;
    return this.store.read(() => this.rows.documents(where, me, after, limit));
  }

  handOver(most: number): Promise<number> {
    return this.store.write(() => this.handingOver(most));
  }

  async leave(): Promise<void> {
    this.pins.close();
    const { instance } = this.shared;
    if (!instance) return;
    const sql = "UPDATE instances SET lease_until = '-infinity' WHERE id = ? AND epoch = ?";
    await this.shared.aside(run(sql, instance.id, instance.epoch));
  }

  private *handingOver(most: number): Work<number> {
    const me = this.shared.instance?.id ?? "";
    const [leader] = yield all(`SELECT id FROM (${LEADER}) AS leader WHERE lease_until > clock_timestamp()`);
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
    for (const { id } of given) yield this.rows.event(String(id), { event: "handed-over", text: String(leader.id) });
    return given.length;
  }

  private *taking(dead: readonly string[], silent: boolean): Work<TakenOver> {
    const me = this.shared.instance?.id ?? "";
    const { table, value, field } = this.store.dialect.rows;
    const over = yield all(
      `SELECT id FROM instances WHERE taken_by = '' AND id <> ?
        AND (${silent ? OVER : "false"} OR id IN (SELECT ${field(0, "text")} FROM ${table})) ORDER BY id FOR UPDATE SKIP LOCKED`,
      ...[me, value(dead.map((id) => [id]))],
    );
    const instances = over.map(({ id }) => String(id));
    for (const id of instances) {
      const sql = "UPDATE instances SET epoch = epoch + 1, taken_by = ?, taken_at = clock_timestamp() WHERE id = ?";
      yield run(sql, me, id);
    }
    const taken = yield all(
      `UPDATE documents SET owner = ?, epoch = epoch + 1
        WHERE settled = 0 AND owner NOT IN (SELECT id FROM instances WHERE taken_by = '') RETURNING id, state`,
      me,
    );
    for (const { id, state } of taken) {
      if (state !== "sending") continue;
      const note = { event: "unknown", text: "stopped while sending" };
      yield* this.rows.change(String(id), { from: ["sending"], to: "unknown" }, {}, note);
    }
    yield run("DELETE FROM instances WHERE taken_at < clock_timestamp() - interval '1 day'");
    return { instances, documents: taken.length };
  }
}

interface Other extends ProcessMark {
  id: string;
  number: number;
  over: unknown;
  left: unknown;
  alive: unknown;
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
