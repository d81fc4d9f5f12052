import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import { type Host, SYSTEM_HOST } from "../host.js";
import { type Ids, SYSTEM_IDS } from "../ids.js";
import { type Disk, SYSTEM_DISK } from "./disk.js";

/** What a client touches outside of itself, but for the broker and the ledger. */
export interface Ports {
  disk: Disk;
  clock: Clock;
  ids: Ids;
  host: Host;
}

/** This machine. */
export const SYSTEM: Ports = { disk: SYSTEM_DISK, clock: SYSTEM_CLOCK, ids: SYSTEM_IDS, host: SYSTEM_HOST };
