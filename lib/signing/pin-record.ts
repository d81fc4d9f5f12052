import type { PinTry } from "./types.js";

/** An attempt without outcome that is this young may be going on in another process; a release leaves it alone. */
export const UNDER_WAY = 5_000;

/** Attempts that a record keeps after they close nothing any more, for whoever looks into it. */
export const KEPT_ATTEMPTS = 100;

/** What a look into a record came to; `unknown`: it asks for this PIN's fingerprints with these salts first. */
export type Looked<T> = { unknown: readonly string[] } | { result: T };

/** Looks into a record until it has every fingerprint that it compares: they take their time, and no transaction waits for them. */
export async function compared<T>(
  { fingerprint }: PinTry,
  look: (mine: ReadonlyMap<string, string>) => Promise<Looked<T>>,
): Promise<T> {
  const mine = new Map<string, string>();
  for (;;) {
    const found = await look(mine);
    if ("result" in found) return found.result;
    for (const salt of found.unknown) mine.set(salt, await fingerprint(salt));
  }
}

/** Of attempts that close the guard those with the same PIN, once all fingerprints are there; one without a fingerprint may be with any PIN. */
export function samePin<A extends { salt: string; pin: string }>(
  attempts: readonly A[],
  mine: ReadonlyMap<string, string>,
): Looked<A[]> {
  const unknown = attempts.filter(({ salt, pin }) => pin !== "" && !mine.has(salt)).map(({ salt }) => salt);
  if (unknown.length > 0) return { unknown };
  return { result: attempts.filter(({ salt, pin }) => pin === "" || mine.get(salt) === pin) };
}
