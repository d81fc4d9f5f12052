import { CODES } from "../codes.js";
import { type Bilingual, ImportClientError } from "../errors.js";
import { isPostgres } from "../ledger/postgres/place.js";
import type { BindingParts, Confirmed } from "./binding.js";
import { holderAt } from "./lease-file.js";
import type { Notice } from "./reports.js";
import { type RootFacts, RootMarker } from "./root-marker.js";
import { RootSite, type Site } from "./root-site.js";

/** What was found out about where a root lies. */
export interface SiteFinding {
  /** What lies in its boxes may have gone out from where it was copied, and neither boxes nor ledger know of it. */
  behind: boolean;
  /** A person has said that it goes on beside the root that it is a copy of: it gets an id of its own. */
  own: boolean;
  /** It lay elsewhere before; undefined where it did not, or is seen by another path only. */
  moved?: Notice;
}

const AS_BEFORE: SiteFinding = { behind: false, own: false };

/**
 * Is this root where it was, and as far as it was? To be asked by who has its lease (`holding`), before anything is done with it.
 *
 * A copy beside its original is refused with SW-OWNER, for two must not send the same: known by the root's id at the place that this one was
 * last written down at, where another lease lies than the one that we have just taken. By a person's word it goes on as a root of its own.
 * A root that was moved goes on. It is behind where this machine has seen it further than it is, and where a client was at work with it as it
 * was copied: then it was copied under that client's hands, or comes from a backup made while it worked.
 *
 * Nothing is asked of machine names (containers have new ones) and device numbers (shares have), nor where the ledger is in PostgreSQL: there
 * several machines see one root at several places, and the ledger knows what was sent from whichever copy.
 */
export async function siteOf(
  { settings, site, used, files }: BindingParts,
  facts: RootFacts | undefined,
  holding: string,
  confirmed: Confirmed,
): Promise<SiteFinding> {
  if (!facts || isPostgres(settings.ledger)) return AS_BEFORE;
  const before = site.read();
  const here = site.here();
  const known = used.countOf(facts.id) ?? 0;
  const as = { ...AS_BEFORE, behind: known > (before?.count ?? 0) };
  if (!before) return as;
  const original = before.path === here.path ? undefined : new RootMarker(before.path, files);
  if (original && isRoot(original, facts.id)) {
    // Our own lease lies there too: it is this very folder, seen by another path, of a second mount say.
    if (holderAt(original.leasePath, files.disk)?.id === holding) return as;
    const there = new RootSite(before.path, files, used).read();
    const count = there?.count ?? 0;
    // Seen once, it is known also when the original is gone.
    await used.note(before.path, facts.id, count).catch(() => undefined);
    const behind = as.behind || before.open || there?.open !== false || count > before.count;
    if (!confirmed.root) throw copyOf(settings.root, before.path, behind);
    // It goes on here: the other one, taken up again, is the one that is behind.
    await used.note(before.path, facts.id, Math.max(known, count) + 1).catch(() => undefined);
    return { behind, own: true };
  }
  if (isThatFolder(before, here)) return as;
  // A share is seen by each machine at a place of its own, and one machine takes over from another that has ended in whatever order.
  const wasTaken = before.open && files.disk.network(settings.root) === "";
  return { ...as, behind: as.behind || wasTaken, moved: movedText(before, here.path) };
}

/** Was it only renamed, or is it seen by another path? Where no number of its folder lasts, its path says it. */
function isThatFolder(before: Site, here: Pick<Site, "path" | "folder">): boolean {
  return before.folder !== "" && here.folder !== "" ? before.folder === here.folder : before.path === here.path;
}

function isRoot(marker: RootMarker, id: string): boolean {
  try {
    return marker.read()?.id === id;
  } catch {
    return false;
  }
}

function copyOf(root: string, original: string, behind: boolean): ImportClientError {
  const further: Bilingual = behind ? { zh: "，此后还在使用", en: " and has been at work since" } : { zh: "", en: "" };
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `根目录 ${root} 是 ${original} 的副本，后者仍在${further.zh}；两处会重复发送`,
      en: `the root ${root} is a copy of ${original}, which is still there${further.en}; both would send the same`,
    },
    {
      advice: behind
        ? {
            zh: `请改用 ${original} 并删除副本；副本确需作为单独的根目录继续使用时，在侧栏中确认：其中未办结的单据将暂缓，由您处理。`,
            en: `Go on with ${original} and remove the copy; if the copy shall go on as a root of its own, confirm it in the sidebar: what is open in it is held for you.`,
          }
        : {
            zh: `根目录是搬迁到这里的：请删除或改名 ${original}，随后自动继续；确需作为单独的根目录继续使用时，在侧栏中确认。`,
            en: `If it was moved here, remove or rename ${original}, and work goes on by itself; if it shall go on as a root of its own, confirm it in the sidebar.`,
          },
      details: { reason: "root", root },
    },
  );
}

function movedText({ path, host, at }: Site, here: string): Notice {
  const { meaning, action } = CODES["SW-MOVED-ROOT"];
  const when = new Date(at).toISOString();
  return {
    code: "SW-MOVED-ROOT",
    text: {
      zh: `${meaning.zh}：原在 ${path}（${host}，最后使用 ${when}），现在 ${here}。${action.zh}`,
      en: `${meaning.en}: it lay at ${path} (${host}, last used ${when}), and lies at ${here} now. ${action.en}`,
    },
  };
}
