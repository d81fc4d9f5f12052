import { ImportClientError } from "../../errors.js";
import { LEDGER_FACTS } from "../facts.js";
import { dropFact, putFact } from "../sql/facts.js";
import type { Store } from "../sql/store.js";
import { all, run, type Stored, type Work } from "../sql/work.js";
import { countOf, type Key, keyOf, pageOf, rowsWith, TABLES, type Table } from "./tables.js";

/** How far a copy has come; it stands in the ledger that is filled, written together with the rows. */
export interface CopyState {
  /** Identity of the ledger that is copied, and of its root. */
  ledger: string;
  root: string;
  /** Number of its newest event when the copy was begun. */
  place: number;
  /** Table that is under way, and the last row of it that is here. */
  table: string;
  after?: Key | undefined;
}

export interface CopyOptions {
  /** Rows that are read, and committed, at once. */
  page?: number;
  /** Before each page; what it throws ends the copy, to be taken up later. */
  assertHeld?: () => void;
  /** Rows of a table that have been copied or compared, so far. */
  progress?: (what: "copied" | "compared", table: string, rows: number) => void;
}

const PAGE = 200;

/** What the ledger says of a copy into it; undefined where there is none under way. */
export async function copyStateOf(store: Store): Promise<CopyState | undefined> {
  const [row] = await store.read(function* (): Work<Stored[]> {
    return yield all("SELECT value FROM facts WHERE name = ?", LEDGER_FACTS.copying);
  });
  return row && (JSON.parse(String(row.value)) as CopyState);
}

/**
 * Copies all rows behind those that a state names, page by page; each page and how far it has come are one commit, so that it can be taken
 * up after a kill at any row. Nobody writes into either ledger meanwhile. Rejects with SW-LEDGER.
 */
export async function copyRows(from: Store, to: Store, state: CopyState, options: CopyOptions = {}): Promise<void> {
  const { page = PAGE, assertHeld, progress } = options;
  const first = TABLES.findIndex(({ name }) => name === state.table);
  for (const table of TABLES.slice(first)) {
    let after = table.name === state.table ? state.after : undefined;
    for (let copied = 0; ; ) {
      assertHeld?.();
      const rows = await pageOf(table, from, after, page);
      const last = rows.at(-1);
      if (!last) break;
      after = keyOf(table, last);
      const reached = JSON.stringify({ ...state, table: table.name, after } satisfies CopyState);
      await to.write(function* () {
        const places = rows.map((row) => `(${row.map(() => "?").join(", ")})`).join(", ");
        yield run(`INSERT INTO ${table.name} (${table.columns.join(", ")}) VALUES ${places}`, ...rows.flat());
        yield putFact(LEDGER_FACTS.copying, reached);
      });
      copied += rows.length;
      progress?.("copied", table.name, copied);
    }
  }
}

/**
 * Looks at every row of both: each has its equal on the other side. Resolves to how many rows each table has. Rejects with SW-LEDGER,
 * naming the first row that differs.
 */
export async function compareRows(
  from: Store,
  to: Store,
  { page = PAGE / 2, assertHeld, progress }: CopyOptions = {},
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of TABLES) {
    let after: Key | undefined;
    let compared = 0;
    for (;;) {
      assertHeld?.();
      const rows = await pageOf(table, from, after, page);
      const last = rows.at(-1);
      if (!last) break;
      after = keyOf(table, last);
      const keys = rows.map((row) => keyOf(table, row));
      const there = new Map(
        (await rowsWith(table, to, keys)).map((row) => [JSON.stringify(keyOf(table, row)), JSON.stringify(row)]),
      );
      for (const row of rows) {
        const key = JSON.stringify(keyOf(table, row));
        if (there.get(key) !== JSON.stringify(row)) throw different(table, key);
      }
      compared += rows.length;
      progress?.("compared", table.name, compared);
    }
    const count = await countOf(table, to);
    if (count !== compared) throw different(table, `${compared} : ${count}`);
    counts[table.name] = compared;
  }
  return counts;
}

/** Writes down that a copy is under way, and how far it has come. */
export async function keepState(to: Store, state: CopyState): Promise<void> {
  await to.write(function* () {
    yield putFact(LEDGER_FACTS.copying, JSON.stringify(state));
  });
}

/** Takes every row out of a ledger; not for a file, which is put aside instead. */
export async function emptyStore(to: Store): Promise<void> {
  await to.write(function* () {
    for (const sql of to.dialect.emptied) yield run(sql);
  });
}

/** The ledger that was filled can be opened from now on. */
export async function endCopy(to: Store): Promise<void> {
  await to.write(function* () {
    for (const sql of to.dialect.filled) yield run(sql);
    yield dropFact(LEDGER_FACTS.copying);
  });
}

function different({ name }: Table, row: string): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    {
      zh: `复制后的台账与原台账不一致：${name} ${row}`,
      en: `the copied ledger differs from the one before: ${name} ${row}`,
    },
    {
      advice: {
        zh: "原台账未被改动，可以照旧使用；确认没有其他程序使用这两个台账后，再执行一次即从头复制。",
        en: "The ledger before is as it was and can be used; make sure that nothing else writes into either, and run the command again: it begins anew.",
      },
      details: { reason: "copying" },
    },
  );
}
