import { maskSecrets } from "../mask.js";
import { sha256Of } from "../sha256.js";

/** What a person decided, or what was handed out. */
export interface Decision {
  /** The user's name in Node-RED, or the name that a flow gives; empty where nobody is logged in. */
  who: string;
  /** The way it came: `editor`, or `flow <node>`. */
  via: string;
  /** `resend`, `release`, `override`, `hold`, `confirm`, `card-release`, `export`; `refused` for one that could not be carried out. */
  what: string;
  /** More exactly: `sent` of a release, the code of a refusal, the SHA-256 of an exported manifest. */
  how: string;
  /** The document, its file and the SHA-256 of its bytes; empty where it is about none. */
  document: string;
  file: string;
  sha256: string;
  /** Why, in the person's words. */
  reason: string;
  /** Of a refusal: the number of the entry that it is about; else 0. */
  of: number;
}

/** Who decides, and the way it comes. */
export type Person = Pick<Decision, "who" | "via">;

/** Nobody is logged in, or nobody says who it is. */
export const NOBODY: Person = { who: "", via: "" };

/** A decision with what it has nothing to say of empty. */
export function decisionOf(given: Person & Pick<Decision, "what" | "reason"> & Partial<Decision>): Decision {
  return { how: "", document: "", file: "", sha256: "", of: 0, ...given };
}

/** More characters of a reason are cut off. */
const LONGEST = 4000;

/** A person's words as an entry holds them. */
export function reasonOf(text: string): string {
  return maskSecrets(text.trim()).slice(0, LONGEST).toWellFormed();
}

/** An entry of the audit chain. Each holds the hash of the one before: none can be changed, taken out or put in without all behind it. */
export interface AuditEntry extends Decision {
  /** 1 for the first, then one more each. */
  number: number;
  /** ISO 8601, UTC. */
  at: string;
  environment: string;
  clientId: string;
  previous: string;
  hash: string;
}

/** What stands for the hash before the first entry. */
export const NO_HASH = "0".repeat(64);

const TEXTS = [
  ...["at", "environment", "clientId", "who", "via", "what", "how", "document", "file", "sha256", "reason"],
  ...["previous", "hash"],
] as const;

const ENDING = /,"hash":"([0-9a-f]{64})"\}$/;

/**
 * An entry as its line: JSON, whose last key is `hash`. The hash is the SHA-256 of that line without it, so that anybody can check it
 * with sed and sha256sum.
 */
export function lineOf(entry: Omit<AuditEntry, "hash">): { line: string; hash: string } {
  const { number, at, environment, clientId, who, via, what, how, document, file, sha256, reason, of, previous } =
    entry;
  const body = JSON.stringify({
    ...{ version: 1, number, at, environment, clientId, who, via, what, how },
    ...{ document, file, sha256, reason, of, previous },
  });
  const hash = sha256Of(Buffer.from(body, "utf8"));
  return { line: `${body.slice(0, -1)},"hash":"${hash}"}`, hash };
}

/** The entry of a line whose hash is that of its text; undefined for anything else. */
export function readLine(line: string): AuditEntry | undefined {
  const hash = ENDING.exec(line)?.[1];
  if (hash === undefined) return undefined;
  const body = `${line.slice(0, -`,"hash":"${hash}"}`.length)}}`;
  if (sha256Of(Buffer.from(body, "utf8")) !== hash) return undefined;
  try {
    const entry = JSON.parse(line) as Partial<Record<string, unknown>>;
    const whole = TEXTS.every((key) => typeof entry[key] === "string");
    return whole && Number.isSafeInteger(entry.number) ? (entry as unknown as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with a chain: the place in it, and why. */
export interface ChainFault {
  /** Of the line, 1 for the first. */
  place: number;
  why: "missing" | "changed" | "number" | "link";
}

/** The entries of a chain's lines, from the first on, and what is wrong with them. */
export function readChain(lines: readonly string[]): { entries: AuditEntry[]; faults: ChainFault[] } {
  const entries: AuditEntry[] = [];
  const faults: ChainFault[] = [];
  let previous = NO_HASH;
  for (const [index, line] of lines.entries()) {
    const place = index + 1;
    const entry = readLine(line);
    if (!entry) {
      faults.push({ place, why: line === "" ? "missing" : "changed" });
      // What the line says of itself, so that one fault is told once.
      previous = ENDING.exec(line)?.[1] ?? "";
      continue;
    }
    if (entry.number !== place) faults.push({ place, why: "number" });
    if (entry.previous !== previous) faults.push({ place, why: "link" });
    previous = entry.hash;
    entries.push(entry);
  }
  return { entries, faults };
}
