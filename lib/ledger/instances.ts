import { ImportClientError } from "../errors.js";
import type { ProcessMark } from "../host.js";
import type { SharedPinAttempts } from "../signing/types.js";
import type { DocumentRow } from "./types.js";

/**
 * Milliseconds. `renew` to `lasts` are a lease's, by the database's clock; its holder trusts it for a shorter time, from before the renewal
 * was asked for. `grace`: others wait so much longer before they take over, for the broker has closed the connection of a process that is
 * silent by then (two heartbeats): whatever that one writes when it wakes reaches nobody.
 */
export const INSTANCE = { renew: 5_000, lasts: 20_000, trusted: 14_000, grace: 20_000 } as const;

/** Milliseconds in which one that has given the lead up, for it did not reach the broker, is not given it again. */
export const GAVE_UP = 300_000;

/** Whether an instance reaches the broker: empty for one that does not try, having no link. */
export type Reach = "" | "reached" | "away";

/** One of those who share a ledger. `epoch` rises when it is taken over: nothing of the epoch before is committed any more. */
export interface InstanceKey {
  id: string;
  epoch: number;
}

/** What a renewal found out about the others. */
export interface Beat {
  /** False: others have taken over what was ours. */
  held: boolean;
  /** The one that does what only one may do: who joined first of those that nobody has taken over. */
  leads: boolean;
  /** No other one is alive, or may wake while what it has is still its own. */
  alone: boolean;
  others: OtherInstance[];
}

/** The root that an instance works in: its path, and where it leads what stands in a file of it, or did until just now. */
export interface RootSight {
  root: string;
  token: string;
  before: string;
}

/** What an instance says of itself with a renewal. */
export interface Said extends RootSight {
  reach: Reach;
}

export interface OtherInstance extends ProcessMark, RootSight {
  id: string;
  /** Its lease, and the grace after it. */
  over: boolean;
  /** It has stopped in good order. */
  left: boolean;
  leads: boolean;
  /** Since when it has had no connection to the broker, milliseconds since the epoch by the database's clock; 0 for any other. */
  awaySince: number;
  /** It has given the lead up not long ago (`GAVE_UP`). */
  gaveUp: boolean;
}

/** What was taken over. */
export interface TakenOver {
  /** Those who had it; `left`: it had stopped in good order. */
  instances: (InstanceName & { left?: boolean })[];
  documents: number;
}

/** An instance as people know it. */
export interface InstanceName {
  id: string;
  host: string;
  pid: number;
}

/** One of those who share a ledger, as people see it. Times are milliseconds since the epoch, by the database's clock. */
export interface SeenInstance extends InstanceName {
  /** When it joined, and when its lease ends or has ended. */
  since: number;
  leaseUntil: number;
  /** `silent`: its lease is over, and nobody has taken over yet. `left`: it has stopped in good order. */
  standing: "alive" | "silent" | "left" | "taken-over";
  /** It does what only one may do. */
  leads: boolean;
  /** Since when it has had no connection to the broker, and when it gave the lead up for that; 0 for any other. */
  awaySince: number;
  gaveUpAt: number;
  /** It is this process. */
  own: boolean;
  /** Who has taken over, and when; empty and 0 while nobody has. */
  takenBy: string;
  takenAt: number;
  /** Open documents that are its own. */
  documents: number;
}

/** How an instance is called in texts for people: its host and process number. */
export function nameOf({ host, pid }: Pick<InstanceName, "host" | "pid">): string {
  return `${host} (${pid})`;
}

/** Processes that share a ledger (several machines, lines 1 to 4). Each method rejects with SW-LEDGER while the database is away. */
export interface Instances {
  /** PIN attempts at tokens that several of them reach (line 13). */
  readonly pins: SharedPinAttempts;
  /** The id of this process: the `owner` of what it enters. Empty before it has joined. */
  readonly own: string;
  /** This process becomes one of them, under a new id. From then on nothing of it is committed unless it still is: SW-FENCED. */
  join(id: string, mark: ProcessMark): Promise<void>;
  /** `said`: what all others are to know. */
  renew(said?: Partial<Said>): Promise<Beat>;
  /** Those that nobody has taken over, for one that has not joined. */
  others(): Promise<OtherInstance[]>;
  /**
   * Whoever leads goes to the end of the line, so that the next one leads. False, and nothing is changed, when nobody else is alive who has not
   * done so himself lately, or another one leads. To be asked for once this one has no connection to the broker any more (line 12).
   */
  giveUp(): Promise<boolean>;
  /**
   * Takes over the open documents of those that are known to be dead, and of nobody; with `silent`, of those whose lease and its grace are
   * over too. A send that was under way becomes unknown. `told`: each document's story says from whom to whom it went.
   */
  takeOver(dead: readonly string[], silent: boolean, told?: boolean): Promise<TakenOver>;
  /** Own documents that are to go out: ready ones, and those whose send has no known outcome; oldest first, behind an id, at most so many. */
  toSend(after: string, limit: number): Promise<DocumentRow[]>;
  /**
   * Gives own documents that are to go out to the leader, as long as it has fewer than `most` ready ones. Resolves to how many; 0 also
   * while nobody leads who is alive.
   */
  handOver(most: number): Promise<number>;
  /**
   * Makes a held document this process's own, whoever has it: it waits for a person, and nobody works on it. Rejects with SW-FENCED, which
   * names the other one, when it is another's and not held by now.
   */
  takeHeld(id: string): Promise<DocumentRow>;
  /** All of them, the newest first, and for a day those that are gone. */
  seen(): Promise<SeenInstance[]>;
  /**
   * The ledger was found to be an older one, or was begun anew: all others that stand in it are taken over, and what follows from its rows,
   * their counts and next numbers, is made of them again. A restore that was written into has them wrong. Resolves to the milliseconds until the
   * last lease of those, and the grace after it, is over: one of them may be alive, and not know yet.
   */
  beginAnew(): Promise<number>;
  /** Nothing of those that are known to be dead is committed any more; what is theirs stays as it is. */
  end(dead: readonly string[]): Promise<void>;
  /** Others may take over at once. */
  leave(): Promise<void>;
}

/** SW-FENCED: a document is another instance's; `holder` names that one. */
export function notOurs(fileName: string, holder = ""): ImportClientError {
  return new ImportClientError(
    "SW-FENCED",
    {
      zh: `单据 ${fileName} 由共用台账的${holder === "" ? "另一个实例" : `实例 ${holder} `}处理`,
      en: `${fileName} is with ${holder === "" ? "another instance" : `the instance ${holder}`} that shares the ledger`,
    },
    {
      advice: {
        zh: "请在该实例的侧栏或操作页面中处理，或等它办完；该实例如已停止，其单据在一分钟内由其余实例接管，届时再试。",
        en: "Do it in the sidebar or page of that one, or wait until it is done; if it has stopped, the others take its documents over within a minute: try again then.",
      },
    },
  );
}

/** SW-FENCED: another instance has claimed the file of this name. */
export function takenName(fileName: string): ImportClientError {
  return new ImportClientError(
    "SW-FENCED",
    {
      zh: `文件 ${fileName} 已由另一个实例取走`,
      en: `${fileName} was claimed by another instance`,
    },
    { details: { reason: "taken" } },
  );
}

/** Whether a fault is `takenName`. */
export function isTakenName(error: unknown): boolean {
  return error instanceof ImportClientError && error.code === "SW-FENCED" && error.details.reason === "taken";
}
