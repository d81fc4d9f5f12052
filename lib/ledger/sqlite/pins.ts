import type { EarlierPinAttempts, EarlierRefusal } from "../../signing/types.js";
import type { Store } from "../sql/store.js";
import { all, run, type Stored, type Work } from "../sql/work.js";

/** Attempts that were refused or never ended, since the PIN was last accepted there and nobody has released them. */
const STANDING = `SELECT token, pin, at, code FROM pin_attempts AS one
  WHERE released = '' AND outcome IN ('', 'refused') AND id > coalesce((
    SELECT max(id) FROM pin_attempts WHERE token = one.token AND pin = one.pin AND outcome = 'accepted'), 0)
  ORDER BY id`;

/**
 * The PIN guard's record of the versions that kept it in the ledger. It is the machine's now: what stands open here is taken over
 * by that one, and nothing is written here any more.
 */
export function earlierPins(store: Pick<Store, "read" | "write">): EarlierPinAttempts {
  return {
    handOver: async (take) => {
      const standing = await store.read(function* (): Work<Stored[] | undefined> {
        return (yield all("SELECT 1 FROM pin_attempts LIMIT 1")).length > 0 ? yield all(STANDING) : undefined;
      });
      if (!standing) return;
      await take(
        standing.map(
          ({ token, pin, at, code }): EarlierRefusal => ({
            token: String(token),
            pin: String(pin),
            at: Number(at),
            code: String(code),
          }),
        ),
      );
      await store.write(function* () {
        yield run("DELETE FROM pin_attempts");
      });
    },
  };
}
