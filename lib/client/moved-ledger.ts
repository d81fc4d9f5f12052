import { ImportClientError } from "../errors.js";
import { LEDGER_FACTS, type MovedTo } from "../ledger/facts.js";
import type { Ledger } from "../ledger/index.js";
import type { RootFacts } from "./root-marker.js";

/** Where a client has gone on with another ledger than this one; undefined where it has not. */
export async function movedToOf(ledger: Ledger): Promise<MovedTo | undefined> {
  const moved = await ledger.fact(LEDGER_FACTS.moved);
  return moved ? (JSON.parse(moved) as MovedTo) : undefined;
}

/** Where the ledger of a root is now, as the root knows it: what one that was moved says may have been moved on since. */
export function nowAt(facts: RootFacts | undefined, place: string, { to }: MovedTo): string {
  return [facts?.at, facts?.shared].find((known) => known !== undefined && known !== place) ?? to;
}

/** A person goes back to a ledger that was moved: it counts as an older copy from then on. */
export async function forgetMove(ledger: Ledger): Promise<void> {
  if (await movedToOf(ledger)) await ledger.setFact(LEDGER_FACTS.moved, "");
}

/**
 * Two ledgers with one identity must not both go on. Rejects with SW-OWNER for one that was moved elsewhere, unless a person has confirmed
 * that the root goes on with it, and for one whose copy has not come to its end.
 */
export async function assertInUse(
  ledger: Ledger,
  place: string,
  facts: RootFacts | undefined,
  confirmed: boolean,
): Promise<void> {
  if ((await ledger.fact(LEDGER_FACTS.copying)) !== undefined) throw halfCopied(place);
  const moved = await movedToOf(ledger);
  if (!moved || confirmed) return;
  const now = nowAt(facts, place, moved);
  throw new ImportClientError(
    "SW-OWNER",
    {
      zh: `台账 ${place} 已复制到 ${now}，客户端应使用后者`,
      en: `the ledger ${place} was copied to ${now}, which the client goes on with`,
    },
    {
      advice: {
        zh: "请把“导入客户端”节点的台账（或 SW_LEDGER）改为新位置；要换回来请执行 ledger copy；新台账已丢失时在侧栏中确认。",
        en: "Set the ledger of the import-client node (or SW_LEDGER) to the new place; to come back run ledger copy; where the new one is lost, confirm it in the sidebar.",
      },
      details: { reason: "root" },
    },
  );
}

/** SW-OWNER: a copy into this ledger was begun and has not come to its end. */
export function halfCopied(place: string): ImportClientError {
  return new ImportClientError(
    "SW-OWNER",
    { zh: `台账 ${place} 尚未复制完整`, en: `the ledger ${place} is not copied to its end` },
    {
      advice: {
        zh: "请再次执行同样的 ledger copy 把它做完，或继续使用原来的台账。",
        en: "Run the same ledger copy again to its end, or go on with the ledger before.",
      },
      details: { reason: "copying" },
    },
  );
}
