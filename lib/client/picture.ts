import type { ImportClientError } from "../errors.js";
import { Folders } from "../files/folders.js";
import { isUnfinishedName } from "../files/names.js";
import type { Ports } from "../files/ports.js";
import { type DocumentState, type Ledger, type OpenLedger, openLedger } from "../ledger/index.js";
import type { Owner } from "../ledger/rules/owner.js";
import { ownerOf } from "./binding.js";
import type { ImportClient } from "./import-client.js";
import { bindingParts, leaseOf } from "./open.js";
import type { ClientSettings } from "./settings.js";

/** How a client stands, for a person who has to decide something about it. */
export interface ClientPicture {
  /** As it is set. */
  set: Owner;
  /** Whose root and ledger are, as they say themselves; null where nothing says it. */
  bound: Owner | null;
  fault: { code: string; text: { zh: string; en: string }; reason: string } | null;
  /** Documents by state; null where the ledger cannot be read. */
  counts: Record<DocumentState, number> | null;
  /** Documents whose claims are open. */
  open: number;
  /** Files that wait in the OutBoxes: they go on under whoever the root belongs to. */
  waiting: number;
}

/** The picture of a client, open or not. A ledger that is not open is opened for the moment, while nobody else has the root. */
export async function pictureOf(
  settings: ClientSettings,
  client: ImportClient | undefined,
  fault: ImportClientError | undefined,
  ports: Ports,
  open: OpenLedger = openLedger,
): Promise<ClientPicture> {
  const { environment, clientId } = settings;
  const seen = client ? await factsOf(client.ledger) : await factsOfClosed(settings, ports, open);
  return {
    set: { environment, clientId },
    bound: seen?.bound ?? null,
    fault: fault ? { code: fault.code, text: fault.text, reason: fault.details.reason ?? "" } : null,
    counts: seen?.counts ?? null,
    open: seen?.open ?? 0,
    waiting: waitingFiles(settings, ports),
  };
}

async function factsOf(ledger: Ledger) {
  const bound = await ownerOf(ledger);
  return {
    bound: bound && { environment: bound.environment, clientId: bound.clientId },
    counts: await ledger.counts(),
    open: (await ledger.unsettled()).length,
  };
}

async function factsOfClosed(settings: ClientSettings, ports: Ports, open: OpenLedger) {
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
