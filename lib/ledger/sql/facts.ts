import { run, type Statement } from "./work.js";

/** To be yielded: a fact gets a value. */
export function putFact(name: string, value: string): Statement {
  const put = "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
  return run(put, name, value);
}

/** To be yielded: a fact is no more. */
export function dropFact(name: string): Statement {
  return run("DELETE FROM facts WHERE name = ?", name);
}
