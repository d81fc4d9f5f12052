import { sep } from "node:path";
import { ImportClientError } from "../errors.js";
import type { Files } from "../files/files.js";
import { timeStamp } from "../files/names.js";
import type { Ports } from "../files/ports.js";
import type { Ids } from "../ids.js";
import { type Ledger, type OpenLedger, openLedger, setLedgerAside } from "../ledger/index.js";
import { isPostgres, isSamePlace } from "../ledger/postgres/place.js";
import { assertBound, type Owner } from "../ledger/rules/owner.js";
import { assertNoNewOnShare } from "./ledger-on-share.js";
import { assertInUse, forgetMove } from "./moved-ledger.js";
import type { RootFacts, RootMarker } from "./root-marker.js";
import type { RootSite } from "./root-site.js";
import type { ClientSettings } from "./settings.js";
import type { UsedRoots } from "./used-roots.js";

/** What a person has confirmed; each opens one door that is shut without a person's word. */
export interface Confirmed {
  /** Root and ledger become those of the client as it is set now. */
  owner?: boolean;
  /**
   * An empty folder under the path of a root that was used is a new root; a ledger that knows another root goes with this one; a copy beside
   * its original goes on as a root of its own.
   */
  root?: boolean;
  /** A damaged ledger is put aside, and a new one begun. */
  ledger?: boolean;
}

/** The parts that belong together: a root, its marker, and the ledger that it names. */
export interface BindingParts {
  settings: ClientSettings;
  marker: RootMarker;
  site: RootSite;
  used: UsedRoots;
  files: Files;
  ids: Ids;
}

/** Why a ledger does not know what the boxes know: it was made just now, it is another one, an older copy, or a copy with the root. */
export type Gap = "new" | "another" | "older" | "copied";

const ROOT = { zh: "根目录", en: "the root" };
const LEDGER = { zh: "台账", en: "the ledger" };

/** A folder under the root's path that is not the root, or none: SW-FOLDER. */
export function rootAway(root: string, cause?: unknown): ImportClientError {
  return new ImportClientError(
    "SW-FOLDER",
    {
      zh: `根目录 ${root} 曾经使用过，现在却是空的或不可用，可能网络共享未挂载`,
      en: `the root ${root} was used before, and is empty or away now: its share may not be mounted`,
    },
    {
      cause,
      advice: {
        zh: "请挂载共享或接上磁盘，随后自动继续；若它确实是新的根目录，请在侧栏中确认。",
        en: "Mount the share or connect the disk, work then goes on by itself; if it really is a new root, confirm that in the sidebar.",
      },
      details: { reason: "root", root },
    },
  );
}

/** The root's own facts, undefined at its first use. Throws SW-FOLDER when it is not there, SW-OWNER when it is another's. */
export function readRoot(parts: BindingParts, confirmed: Confirmed): RootFacts | undefined {
  const { settings, marker, used } = parts;
  const facts = confirmed.owner ? readable(marker) : marker.read();
  if (facts) {
    if (!confirmed.owner) assertBound(facts, settings, { zh: `${ROOT.zh} ${settings.root} `, en: settings.root });
    return facts;
  }
  const { root } = settings;
  if (!confirmed.root && used.idOf(root) !== undefined && !marker.hasLedger(settings.ledger)) throw rootAway(root);
  return undefined;
}

/** A marker that cannot be understood counts as none for a person who has said whose the root is. */
function readable(marker: RootMarker): RootFacts | undefined {
  try {
    return marker.read();
  } catch (error) {
    if (error instanceof ImportClientError) return undefined;
    throw error;
  }
}

/**
 * Opens the root's ledger. One that the root knows and that is not there is made anew, and so is a damaged one by a person's word; the
 * damaged file is kept. Rejects with SW-LEDGER; with SW-CONFIG where a new one would lie on a share; with SW-OWNER where the root's is one that
 * several share, and a file is set.
 */
export async function openOwnLedger(
  { settings, marker }: BindingParts,
  facts: RootFacts | undefined,
  confirmed: Confirmed,
  { clock, disk }: Pick<Ports, "clock" | "disk">,
  open: OpenLedger = openLedger,
): Promise<Ledger> {
  if (facts?.shared && !isPostgres(settings.ledger) && !confirmed.root) throw notShared(settings, facts.shared);
  if (!facts) assertNoNewOnShare(settings, disk);
  try {
    const marks = marker.place()?.marks ?? [];
    return await open(settings.ledger, { create: facts === undefined, marks });
  } catch (error) {
    const reason = error instanceof ImportClientError ? error.details.reason : "";
    if (reason === "damaged" && confirmed.ledger) setLedgerAside(settings.ledger, `damaged-${timeStamp(clock.now())}`);
    else if (reason !== "missing") throw error;
    return open(settings.ledger, { create: true });
  }
}

/**
 * Does the ledger belong to this root, and does it know what was done? Resolves to undefined when it does, else to what it lacks, which is
 * written down in the root: it lacks that until it is bound anew, though more is written into it meanwhile.
 * Rejects with SW-OWNER when it is another client's or another root's or was moved elsewhere, and with SW-FOLDER when it knows a root that this folder is not.
 */
export async function gapOf(
  ledger: Ledger,
  parts: BindingParts,
  facts: RootFacts | undefined,
  confirmed: Confirmed,
): Promise<Gap | undefined> {
  const { settings, marker } = parts;
  const bound = await ownerOf(ledger);
  if (bound && !confirmed.owner)
    assertBound(bound, settings, { zh: `${LEDGER.zh} ${settings.ledger} `, en: LEDGER.en });
  await assertInUse(ledger, settings.ledger, facts, confirmed.root === true);
  const root = await ledger.fact("root");
  if (root !== undefined && root !== facts?.id && !confirmed.root) {
    if (facts) throw foreignLedger(settings);
    // It lies in the root itself: only the marker is gone.
    if (!isInside(settings)) throw rootAway(settings.root);
  }
  const id = await ledger.fact("ledger");
  // Others may be at work with the root's ledger just now, or it only has to be copied.
  if (facts && facts.ledger !== "" && facts.ledger !== id && liesElsewhere(facts, settings) && !confirmed.root)
    throw notItsLedger(settings, facts.shared);
  const gap = await lackOf(ledger, id, marker, facts);
  // Another one is known by its name until it is bound.
  if (gap && gap !== "another") await marker.doubt(id ?? "");
  return gap;
}

async function lackOf(
  ledger: Ledger,
  id: string | undefined,
  marker: RootMarker,
  facts: RootFacts | undefined,
): Promise<Gap | undefined> {
  const known = marker.place();
  const place = await ledger.place();
  // One that has no name yet, and was not brought up to the boxes to the end.
  if (id === undefined) return place === 0 || known?.ledger === "" ? "new" : undefined;
  if (facts && facts.ledger !== "" && facts.ledger !== id) return "another";
  return known?.ledger === id && place < known.place ? "older" : undefined;
}

/**
 * Writes into root and ledger that they belong together, and to whom. `renew`: the ledger gets a new name, for it begins anew; `own`: so does the
 * root get a new id.
 */
export async function bind(
  ledger: Ledger,
  parts: BindingParts,
  known: RootFacts | undefined,
  renew: boolean,
  own = false,
): Promise<RootFacts> {
  const { settings, marker, used, ids } = parts;
  const { environment, clientId } = settings;
  const owner: Owner = { environment, clientId };
  const id = (own ? undefined : (known?.id ?? (await ledger.fact("root")))) ?? ids.handle();
  const name = renew ? undefined : await ledger.fact("ledger");
  // Machines may know one server by different names.
  const isKnown = known?.shared !== undefined && name === known.ledger;
  const shared = ledger.instances && (isKnown ? known.shared : settings.ledger);
  const at = known?.at !== undefined && (shared && isKnown ? known.at : settings.ledger);
  const facts: RootFacts = { id, ...owner, ledger: name ?? ids.handle(), ...(shared && { shared }), ...(at && { at }) };
  // The root first: a ledger that knows a root which does not know itself would be taken for that of a root that is away.
  if (!known || JSON.stringify(known) !== JSON.stringify(facts)) {
    // Frozen since it looked, another one may have begun with the root: that one's name stays.
    const isFirst = () => {
      if (!known && readable(marker)) throw begunMeanwhile(settings.root);
    };
    await marker.write(facts, isFirst);
  } else if ((await ledger.fact("root")) !== id) {
    // Who wrote it may have ended before its name was durable.
    await marker.keep();
  }
  await put(ledger, "ledger", facts.ledger);
  await put(ledger, "root", id);
  await put(ledger, "owner", JSON.stringify(owner));
  await forgetMove(ledger);
  await used.note(settings.root, id);
  return facts;
}

function begunMeanwhile(root: string): ImportClientError {
  return new ImportClientError(
    "SW-OWNER",
    { zh: `根目录 ${root} 刚刚由另一个进程启用`, en: `another process has just begun with the root ${root}` },
    {
      advice: {
        zh: "无需处理：随后自动再试；两个进程应各有自己的根目录，或在 PostgreSQL 中共用一个台账。",
        en: "Nothing has to be done, it is tried again by itself; two processes have a root each, or share a ledger in PostgreSQL.",
      },
      details: { reason: "lease", root },
    },
  );
}

async function put(ledger: Ledger, name: string, value: string): Promise<void> {
  if ((await ledger.fact(name)) !== value) await ledger.setFact(name, value);
}

/** Whose a ledger is; of one that was begun before ledgers knew, its newest document says it. */
export async function ownerOf(ledger: Ledger): Promise<Owner | undefined> {
  const written = await ledger.fact("owner");
  if (written !== undefined) return JSON.parse(written) as Owner;
  return (await ledger.query({ limit: 1 }))[0];
}

/** Does the ledger's file lie in the root itself? */
export function isInside({ root, ledger }: Pick<ClientSettings, "root" | "ledger">): boolean {
  return ledger.startsWith(root + sep);
}

/** Does a ledger in a database lie elsewhere than the one that the root knows? One that was lost may be made anew where it was. */
function liesElsewhere({ shared }: RootFacts, { ledger }: ClientSettings): boolean {
  return isPostgres(ledger) && (shared === undefined || !isSamePlace(shared, ledger));
}

function notItsLedger({ root, ledger }: ClientSettings, shared: string | undefined): ImportClientError {
  const [zh, en] = shared === undefined ? ["文件", "a file"] : [`PostgreSQL（${shared}）`, `PostgreSQL (${shared})`];
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `根目录 ${root} 的台账在${zh}中，这里设置的 ${ledger} 是另一个台账`,
      en: `the ledger of the root ${root} is in ${en}; ${ledger}, which is set here, is another one`,
    },
    {
      advice: {
        zh: "请核对台账的地址和 schema；要换地方请先停止所有实例并执行 ledger copy；原台账已丢失时在侧栏中确认。",
        en: "Check the ledger's address and its schema; to move it stop all instances and run ledger copy; where the one before is lost, confirm it in the sidebar.",
      },
      details: { reason: "root", root },
    },
  );
}

/** Others may be at work with the root's ledger just now: one of our own beside it would send what they send. */
function notShared({ root, ledger }: ClientSettings, shared: string): ImportClientError {
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `根目录 ${root} 的台账在 PostgreSQL 中（${shared}），可由几个实例共用；这里设置的是文件 ${ledger}`,
      en: `the ledger of the root ${root} is in PostgreSQL (${shared}), where several instances may share it; here the file ${ledger} is set`,
    },
    {
      advice: {
        zh: "请把台账设为该数据库；要改用文件请执行 ledger copy；数据库已丢失时在侧栏中确认。",
        en: "Set the ledger to that database; to go back to a file run ledger copy; where the database is lost, confirm it in the sidebar.",
      },
      details: { reason: "root", root },
    },
  );
}

function foreignLedger({ root, ledger }: ClientSettings): ImportClientError {
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `台账 ${ledger} 属于另一个根目录，不属于 ${root}`,
      en: `the ledger ${ledger} belongs to another root than ${root}`,
    },
    {
      advice: {
        zh: "请核对台账和根目录的路径；确需合用时在侧栏中确认。",
        en: "Check the paths of ledger and root; if they shall go together, confirm it in the sidebar.",
      },
      details: { reason: "root", root },
    },
  );
}
