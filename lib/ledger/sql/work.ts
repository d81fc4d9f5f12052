/** A value as a column holds it. */
export type Value = string | number | null;

/** A row as a database gives it, by the names of what was selected. */
export type Stored = Record<string, unknown>;

/** One statement, its values at the places of its `?`, in their order. */
export interface Statement {
  sql: string;
  values: readonly Value[];
  /** Whether its rows are asked for; what gives none need not be waited for. */
  rows: boolean;
}

/**
 * Work on the ledger's rows, written once for every database: it yields a statement and is given that one's rows. A store runs it,
 * SQLite at once and PostgreSQL over its connection. It may be run more than once, and has no effect but its statements.
 */
export type Work<T> = Generator<Statement, T, Stored[]>;

/** To be yielded: gives the rows. */
export function all(sql: string, ...values: readonly Value[]): Statement {
  return { sql, values, rows: true };
}

/** To be yielded: gives no rows. */
export function run(sql: string, ...values: readonly Value[]): Statement {
  return { sql, values, rows: false };
}

/** Runs work whose statements are answered at once. Throws what `ask` throws; the work is left where it is then. */
export function perform<T>(work: Work<T>, ask: (statement: Statement) => Stored[]): T {
  let step = work.next();
  while (!step.done) step = work.next(ask(step.value));
  return step.value;
}

/** The same where an answer takes a while. `go` goes on to the next statement, or to the end. */
export async function performAsync<T>(
  work: Work<T>,
  ask: (statement: Statement) => Promise<Stored[]> | Stored[],
  go: (next: () => IteratorResult<Statement, T>) => IteratorResult<Statement, T> = (next) => next(),
): Promise<T> {
  let step = go(() => work.next());
  while (!step.done) {
    const answer = ask(step.value);
    const rows = Array.isArray(answer) ? answer : await answer;
    step = go(() => work.next(rows));
  }
  return step.value;
}
