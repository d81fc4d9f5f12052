import { meaningOf } from "../codes.js";
import { type Bilingual, ImportClientError } from "../errors.js";
import { faultOf } from "../fault.js";
import { Folders } from "../files/folders.js";
import { isUnfinishedName } from "../files/names.js";
import type { Ports } from "../files/ports.js";
import { type DocumentState, type Ledger, type OpenLedger, openLedger } from "../ledger/index.js";
import type { Owner } from "../ledger/rules/owner.js";
import { ownerOf } from "./binding.js";
import { bindingParts, leaseOf } from "./open.js";
import type { ClientSettings } from "./settings.js";

/** How a client stands, for a person who has to decide something about it. */
export interface ClientPicture {
  /** As it is set. */
  set: Owner;
  /** Whose root and ledger are, as they say themselves; null where nothing says it. */
  bound: Owner | null;
  fault: { code: string; text: Bilingual; advice: Bilingual | null; reason: string } | null;
  /** Documents by state; null where the ledger cannot be read. */
  counts: Record<DocumentState, number> | null;
  /** Documents whose claims are open. */
  open: number;
  /** Files that wait in the OutBoxes: they go on under whoever the root belongs to. */
  waiting: number;
}

/** What a ledger says of it. */
export interface SeenFacts extends Pick<ClientPicture, "bound" | "counts" | "open"> {}

/** The picture of a client, open or not; `seen` is undefined where its ledger says nothing. */
export function pictureOf(
  settings: ClientSettings,
  seen: SeenFacts | undefined,
  fault: ImportClientError | undefined,
  ports: Ports,
): ClientPicture {
  const { environment, clientId } = settings;
  return {
    set: { environment, clientId },
    bound: seen?.bound ?? null,
    fault: fault ? faultShown(fault) : null,
    counts: seen?.counts ?? null,
    open: seen?.open ?? 0,
    waiting: waitingFiles(settings, ports),
  };
}

/** Why a client is not open or may not work, as routes say it; `reason` says what a person can confirm. */
export function faultShown(thrown: unknown) {
  const { code, text, advice = meaningOf(code)?.action } = faultOf(thrown);
  const reason = thrown instanceof ImportClientError ? thrown.details.reason : undefined;
  return { code, text, advice: advice ?? null, reason: reason ?? "" };
}

/** What an open ledger says. Rejects with SW-LEDGER. */
export async function factsOf(ledger: Ledger): Promise<SeenFacts> {
  const bound = await ownerOf(ledger);
  return {
    bound: bound ? { environment: bound.environment, clientId: bound.clientId } : null,
    counts: await ledger.counts(),
    open: (await ledger.unsettled()).length,
  };
}

/** A ledger that is not open is opened for the moment, while nobody else has the root; undefined where that cannot be. */
export async function factsOfClosed(
  settings: ClientSettings,
  ports: Ports,
  open: OpenLedger = openLedger,
): Promise<SeenFacts | undefined> {
  const { marker } = bindingParts(settings, ports);
  const file = leaseOf(settings, ports);
  let ledger: Ledger | undefined;
  try {
    if (!ports.disk.isFolder(marker.folder) || file.take()) return undefined;
    ledger = await open(settings.ledger, { create: false });
    return await factsOf(ledger);
  } catch {
    return undefined;
  } finally {
    await ledger?.close();
    file.release();
  }
}

function waitingFiles({ root, boxPaths }: ClientSettings, { disk }: Ports): number {
  try {
    return new Folders(root, disk, boxPaths)
      .withOutBox()
      .flatMap((folder) => folder.existing("OutBox") ?? [])
      .flatMap((path) => disk.list(path))
      .filter(({ name, kind }) => kind === "file" && !isUnfinishedName(name)).length;
  } catch {
    return 0;
  }
}
