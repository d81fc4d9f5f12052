import { readTempBox } from "../boxes/claim.js";
import { duplicateOf } from "../boxes/settle.js";
import type { ImportClient } from "../client/import-client.js";
import type { Fault } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import type { FolderWatchSettings } from "./folder-watch.js";
import { type Notices, tooLarge } from "./notices.js";
import { hasRoom } from "./room.js";

export interface OpenClaimsEvents {
  onClaim(row: DocumentRow, payload: Buffer): void;
  /** How many more claims may be out. */
  free(): number;
  stopped(): boolean;
}

/** Open claims that no message carries: after a start, or given back by a node that stopped. */
export class OpenClaims {
  constructor(
    private readonly client: ImportClient,
    private readonly settings: Pick<FolderWatchSettings, "businesses" | "maxInFlight" | "mostBytes" | "owner">,
    private readonly notices: Notices,
    private readonly events: OpenClaimsEvents,
  ) {}

  /** Gives them out while there is room. A folder that cannot be read keeps no other from going on. Rejects with the ledger's fault. */
  async giveOut(): Promise<void> {
    const { claims, ledger, folders } = this.client;
    const { inFlight } = claims;
    const codes = this.settings.businesses.map((code) => code.toLowerCase());
    const places = new Set<string>();
    for (const row of await ledger.waitingClaims(inFlight.count() + this.settings.maxInFlight)) {
      const repeats = await claims.inTheWayOf(row);
      if (this.events.free() <= 0 || this.events.stopped()) return;
      if (inFlight.has(row.id) || (codes.length > 0 && !codes.includes(row.business.toLowerCase()))) continue;
      if (folders.of(row.business).isAway()) continue;
      // Where the file is missing `reconcile` looks for it.
      const { mostBytes } = this.settings;
      const size = row.size > mostBytes ? tooLarge(row.size, mostBytes) : undefined;
      const place = placeOf(row);
      places.add(place);
      try {
        await this.giveOutOne(row, repeats ? duplicateOf(repeats, row) : size);
        this.notices.well(place);
      } catch (error) {
        this.notices.fault(place, error);
      }
    }
    this.notices.keep(OPEN, (place) => places.has(place));
  }

  /** Gives a claim out again, or ends it for a fault; what is too large for now waits. */
  private async giveOutOne(row: DocumentRow, fault: Fault | undefined): Promise<void> {
    const { claims } = this.client;
    const { inFlight } = claims;
    const { owner } = this.settings;
    if (!fault && !hasRoom(row.size, inFlight.largeBytes(owner))) return;
    if (!(await claims.checkItsFile(row)) || this.events.stopped()) return;
    inFlight.take(row.id, owner, fault ? 0 : row.size);
    if (fault) return claims.end(row.id, "failed", fault, 0);
    try {
      const payload = await readTempBox(this.client, row);
      // Meanwhile a person may have put it on hold, and its file may have gone.
      if (payload && !this.events.stopped() && inFlight.has(row.id)) this.events.onClaim(row, payload);
      else inFlight.release(row.id);
    } catch (error) {
      inFlight.release(row.id);
      throw error;
    }
  }
}

/** Begins the place of each open claim. */
const OPEN = "open ";
const placeOf = ({ business, boxName }: DocumentRow) => `${OPEN}${business}/TempBox/${boxName}`;
