import { BUILT_IN, loadAdvice } from "../advice/index.js";
import type { ChainHead } from "../audit/chain.js";
import { doubtPutOff } from "../boxes/doubt.js";
import type { Reconciliation } from "../boxes/reconcile.js";
import { sentAs } from "../boxes/sent-bytes.js";
import { CODES } from "../codes.js";
import { bothLanguages, ImportClientError } from "../errors.js";
import { Files } from "../files/files.js";
import { type Ports, SYSTEM } from "../files/ports.js";
import { removeHalfWritten } from "../intake/half-written.js";
import type { Ledger, OpenLedger } from "../ledger/index.js";
import { nameOf, type TakenOver } from "../ledger/instances.js";
import { type BindingParts, type Confirmed, type Gap, gapOf, openOwnLedger, readRoot } from "./binding.js";
import { forgetBoxes, markBoxes } from "./box-marks.js";
import { siteOf } from "./copied-root.js";
import { endForeign } from "./foreign.js";
import { ImportClient } from "./import-client.js";
import { type Holding, InstanceLease } from "./instance-lease.js";
import { LeaseFile, type LeaseHolder, occupied } from "./lease-file.js";
import { sharedByMachines, shareOf, warnOfShare } from "./ledger-on-share.js";
import { type Rebuilt, rebuild } from "./rebuild.js";
import type { Notice } from "./reports.js";
import { RootLease } from "./root-lease.js";
import { type RootFacts, RootMarker } from "./root-marker.js";
import { RootSite } from "./root-site.js";
import type { ClientSettings } from "./settings.js";
import { SharedRoot } from "./shared-root.js";
import { NEW_ROOT } from "./standing.js";
import { tellRebuilding } from "./tell-rebuilding.js";
import { UsedRoots } from "./used-roots.js";

/** The ledger's fact that names who starts, of those who share it: the lease of the root that it has for that. */
const STARTS_FACT = "starts";

export interface OpenOptions {
  ports?: Ports;
  /** What a person has confirmed, for this one try. */
  confirmed?: Confirmed;
  /** Of earlier tries: it knows for how long another process has not renewed its lease. */
  file?: LeaseFile;
  /** Hears of what is found out while it opens, and later. */
  onNotice?: (notice: Notice) => void;
  /** Hears of what takes long while it opens, as of a fault that is over when it is open. */
  onWait?: (fault: ImportClientError) => void;
  /** How the ledger is opened. */
  openLedger?: OpenLedger | undefined;
}

/**
 * Takes the root, opens its ledger, and brings rows and files together: one try. Nothing is sent before it resolves. Rejects with SW-FOLDER
 * (the root is not there), SW-OWNER (it is another's, or another process works on it), SW-LEDGER; all of these may be over in a moment.
 */
export async function openClient(
  settings: ClientSettings,
  { ports = SYSTEM, confirmed = {}, file = leaseOf(settings, ports), onNotice, onWait, openLedger }: OpenOptions = {},
): Promise<{ client: ImportClient; recovery: Reconciliation }> {
  const parts = bindingParts(settings, ports);
  readRoot(parts, confirmed);
  const advice = settings.advice ? await loadAdvice(settings.advice) : BUILT_IN;
  const made = !ports.disk.isFolder(settings.root);
  parts.marker.makeFolder();
  // A slip in its name makes a root too, and the ERP goes on filling the right one.
  if (made) onNotice?.(newRoot(settings.root));
  const other = file.take();
  if (other) throw inTheWay(settings, other.holder, ports);
  let ledger: Ledger | undefined;
  let client: ImportClient | undefined;
  let holding: Holding = file;
  try {
    // Once more: whoever had it may have changed it.
    const facts = readRoot(parts, confirmed);
    const site = await siteOf(parts, facts, file.holding, confirmed);
    ledger = await openOwnLedger(parts, facts, confirmed, ports, openLedger);
    const shared = new SharedRoot(settings.root, parts.marker.folder, ports);
    const instance = ledger.instances && new InstanceLease(ledger.instances, ports, shared);
    let gap = await gapBeside(instance, ledger, parts, facts, confirmed);
    holding = instance ?? file;
    await instance?.take();
    if (instance) {
      // Frozen since it took the root, another one may have started and be at work: what was seen before may be over, and from now on
      // nothing of this start is committed once another one starts.
      file.assertHeld();
      await ledger.fence(STARTS_FACT, file.holding);
      gap = await gapOf(ledger, parts, facts, confirmed);
    }
    const lease = new RootLease(holding, parts, ledger, ports, facts, file);
    const opened = new ImportClient(settings, ledger, advice, ports, lease);
    client = opened;
    if (onNotice) client.on("notice", onNotice);
    if (made) opened.standing.set(NEW_ROOT, newRoot(settings.root), { until: ports.clock.now() + DAY });
    const found = { gap: site.behind ? "copied" : gap, own: site.own, confirmed } as const;
    const recovery = await begin(client, found, parts.site, onWait);
    if (site.moved) tellMoved(client, site.moved);
    if (made) client.record("new-root", "", "", "SW-NEW-ROOT", settings.root);
    instance?.followTakeovers((taken) => takenOver(opened, taken));
    // Where several share the root they only start one after the other.
    if (instance) {
      ledger.unfence();
      file.release();
    }
    return { client, recovery };
  } catch (error) {
    await (client ?? ledger)?.close();
    await holding.release();
    file.release();
    throw error;
  }
}

/**
 * As `gapOf`, for one that is to join those who share the ledger: whether a root is a new one, or another's, is no question for a person while
 * another one is at work in it.
 */
async function gapBeside(
  instance: InstanceLease | undefined,
  ledger: Ledger,
  parts: BindingParts,
  facts: RootFacts | undefined,
  confirmed: Confirmed,
): Promise<Gap | undefined> {
  const mayJoin = () => instance?.assertMayJoin(confirmed.owner === true || confirmed.root === true);
  try {
    const gap = await gapOf(ledger, parts, facts, confirmed);
    await mayJoin();
    return gap;
  } catch (error) {
    if (error instanceof ImportClientError && error.details.reason === "root") await mayJoin();
    throw error;
  }
}

/** So long it stands in `status` that a root was made. */
const DAY = 24 * 60 * 60 * 1000;

/** It goes on, and people see for a day that it lies elsewhere. */
function tellMoved(client: ImportClient, moved: Notice): void {
  client.reports.report("root-moved", moved);
  client.standing.set("moved-root", moved, { until: client.clock.now() + DAY });
}

function newRoot(root: string): Notice {
  const { meaning, action } = CODES["SW-NEW-ROOT"];
  const text = { zh: `${meaning.zh} ${root}。${action.zh}`, en: `${meaning.en}: ${root}. ${action.en}` };
  return { code: "SW-NEW-ROOT", text };
}

/** Why a root is not ours that another process has. */
function inTheWay(settings: ClientSettings, holder: LeaseHolder | undefined, { disk, host }: Ports): ImportClientError {
  const share = holder && holder.host !== host.mark().host ? shareOf(settings, disk) : "";
  return holder && share ? sharedByMachines(settings, share, holder.host) : occupied(settings.root, holder);
}

/** The lease of a client's root, to be kept over several tries. */
export function leaseOf(settings: ClientSettings, ports: Ports): LeaseFile {
  return new LeaseFile(bindingParts(settings, ports).marker.leasePath, ports);
}

export function bindingParts(settings: ClientSettings, ports: Ports): BindingParts {
  const files = new Files(ports.disk);
  const used = new UsedRoots(settings.usedRoots, files);
  return {
    settings,
    marker: new RootMarker(settings.root, files),
    site: new RootSite(settings.root, files, used),
    used,
    files,
    ids: ports.ids,
  };
}

async function begin(
  client: ImportClient,
  { gap, own, confirmed }: { gap: Gap | undefined; own: boolean; confirmed: Confirmed },
  site: RootSite,
  onWait: OpenOptions["onWait"],
): Promise<Reconciliation> {
  const { settings, ledger, lease, reports, claims } = client;
  reports.begin();
  await lease.fence();
  if (own) forgetBoxes(settings, client.files);
  await markBoxes(settings, client.folders, client.files, client.ids);
  let tell = (waits: ImportClientError) => onWait?.(waits);
  const rebuildAll = async (why: Gap) => {
    // Whoever stands in it is of the past: one of those that are alive joins anew, and lets its link go before this one has one.
    if (ledger.instances) lease.lead?.holdBack(await ledger.instances.beginAnew());
    const telling = tellRebuilding(client, (waits) => tell(waits));
    reportRebuilt(client, why, await rebuild(client, telling));
  };
  await beginDoubt(client, site, gap === "copied");
  if (gap === "copied") await doubtPutOff(client);
  if (gap) await rebuildAll(gap);
  tell = (waits) => lease.tell(waits);
  await lease.bind(gap !== undefined, own);
  client.folders.expectRoot();
  for (const code of settings.newFolders) client.folders.of(code).make();
  if (confirmed.owner) await endForeign(client);
  const share = warnOfShare(settings, client.files.disk);
  if (share) reports.report("share", share);
  const lost = await lostOf(client);
  if (lost) reports.report("audit", lost);
  await client.intake.putAside.begin();
  const takeUp = async () => {
    const recovery = await client.reconciler.start();
    for (const row of await ledger.unsettled()) claims.scheduleReturn(row);
    return recovery;
  };
  const recovery = await takeUp();
  // Once more: what the copy has half gathered is back in OutBox only now.
  if (gap === "copied") await beginDoubt(client, site, true);
  // What another one is writing just now looks the same.
  if (lease.alone) await tidy(client);
  client.record("start", "", "", "", `${settings.environment} ${settings.clientId} ${JSON.stringify(recovery)}`);
  lease.start({ rebuild: rebuildAll, takeUp: async () => void (await takeUp()) });
  // Whoever opened the client hears of it as well, and tells people.
  const record = (fault: ImportClientError | undefined) =>
    client.record(fault ? "stopped" : "goes-on", "", "", fault?.code ?? "", fault ? bothLanguages(fault.text) : "");
  lease.on("fault", record);
  client.writes.on("fault", record);
  lease.on("mended", (text) => reports.report("mended", { code: "SW-LEDGER", text }));
  client.start();
  return recovery;
}

/** The ledger's fact that says what lies in OutBox from before: `BoxContext.doubtedBefore`. */
const DOUBTED_FACT = "doubted before";

/** From now on what lies in OutBox is doubted, or what was before. Of a clock that was wrong then, and was set back since, not what is to come. */
async function beginDoubt(client: ImportClient, site: RootSite, anew: boolean): Promise<void> {
  const { ledger } = client;
  const before = Number(await ledger.fact(DOUBTED_FACT)) || 0;
  if (!anew && before === 0) return;
  const now = await site.now();
  client.doubtedBefore = anew ? now : Math.min(before, now);
  if (anew) await ledger.setFact(DOUBTED_FACT, String(now));
}

/** What is wrong with the end of the audit. It stops decisions, where it cannot be read, and no document. */
async function lostOf({ audit }: ImportClient): Promise<Notice | undefined> {
  try {
    const lost = await audit.begin();
    return lost && auditLost(lost);
  } catch (error) {
    if (error instanceof ImportClientError && error.code === "SW-AUDIT") return error;
    throw error;
  }
}

/** Removes what a stop has left half written. */
async function tidy(client: ImportClient): Promise<void> {
  await removeHalfWritten(client);
  const sentUnder = async (id: string) => {
    const row = await client.ledger.get(id);
    return row?.settled ? sentAs(row) : undefined;
  };
  await client.spool.sweep(sentUnder, () => client.lease.assertTaken());
}

/**
 * Documents of an instance that is gone are ours: rows and files are brought together as at a start. `instances`: without what this process
 * was itself before a deploy, which is nothing to tell of.
 */
function takenOver(client: ImportClient, { instances, documents }: TakenOver): void {
  const { reports, ledger, reconciler, claims } = client;
  if (instances.length > 0) {
    const names = instances.map(nameOf).join(", ");
    const text = {
      zh: `实例 ${names} 已停止：接管其未完成的单据 ${documents} 个`,
      en: `the instance ${names} is gone: its ${documents} open documents are taken over`,
    };
    reports.report("takeover", { code: "SW-FENCED", text });
  }
  if (instances.some(({ left }) => !left)) client.emit("takeover");
  const takingUp = async () => {
    await reconciler.compare();
    for (const row of await ledger.unsettled()) claims.scheduleReturn(row);
  };
  takingUp().catch((error) => reports.fault(error));
}

/** The ledger knows of decisions that do not stand in the audit any more. */
function auditLost({ number }: ChainHead): Notice {
  const text = {
    zh: `审计记录被改动或删除：台账记有第 ${number} 条，文件夹 .audit 中没有或内容不符`,
    en: `the audit was changed or removed: the ledger knows of entry ${number}, which is not in the folder .audit, or another one`,
  };
  return { code: "SW-AUDIT", text };
}

/** Says what was found, and what a person has to decide now; nothing where the boxes were empty, as at a first use. */
function reportRebuilt({ reports }: ImportClient, gap: Gap, rebuilt: Rebuilt): void {
  const { held, sent, failed, receipts, spooled } = rebuilt;
  if (gap !== "copied" && held + sent + failed + receipts + spooled === 0) return;
  const why = {
    new: { zh: "台账是新的", en: "the ledger is new" },
    another: { zh: "台账不是此根目录上次使用的那一个", en: "the ledger is not the one that this root used last" },
    older: { zh: "台账是较旧的副本", en: "the ledger is an older copy" },
    copied: {
      zh: "根目录是使用中的副本或较早的备份，OutBox 中原有的单据取走后也将暂缓",
      en: "the root is a copy that was made while it was at work, or an older backup, and what lay in OutBox is held as well when it is claimed",
    },
  }[gap];
  const text = {
    zh: `${why.zh}：已从文件夹补录已发送 ${sent}、失败 ${failed}、回执 ${receipts}；TempBox 中 ${held} 个单据是否发送过无从得知，已暂缓，不会自动重发，请在侧栏中逐一处理${spooled > 0 ? `；另有 ${spooled} 个未完成发送的内容找不到单据` : ""}`,
    en: `${why.en}: ${sent} sent, ${failed} failed documents and ${receipts} receipts were taken from the folders; whether the ${held} documents in TempBox were sent cannot be known, they are held and not sent again: decide about each in the sidebar${spooled > 0 ? `; ${spooled} sends under way belong to no document` : ""}`,
  };
  reports.report("rebuilt", { code: "SW-LEDGER", text });
}
