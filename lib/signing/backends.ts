import { join } from "node:path";
import type { Bilingual } from "../errors.js";
import { exportsIn } from "../modules.js";
import type { CardSettings } from "./settings.js";
import type { CardBackend, PinAttempts } from "./types.js";
import { CERTIFICATE_FAULTS } from "./validity.js";

/** What has to be on the machine: an optional package of Node.js, `native` where it is compiled there; or a file that a setting names. */
export type Prerequisite = ({ package: string; native?: boolean } | { file: string; setting: string }) & {
  what: Bilingual;
};

/** Where libraries lie when they are installed as their makers do it, by system. Others are named by hand. */
export type UsualModules = Partial<Record<NodeJS.Platform, readonly (readonly [name: string, ...paths: string[]])[]>>;

/** A library that is on this machine. */
export interface KnownModule {
  name: string;
  path: string;
}

/** The usual libraries of a backend that are on this machine; of the usual backend where none is named. */
export function knownModules(
  backend: string,
  platform: NodeJS.Platform,
  exists: (path: string) => boolean,
): KnownModule[] {
  const usual = (backendByName(backend) ?? BACKENDS[0])?.usualModules?.[platform] ?? [];
  return usual.flatMap(([name, ...paths]) => paths.filter(exists).map((path) => ({ name, path })));
}

/** Settings of a card but its PIN. */
export type CardNeeds = Pick<CardSettings, "backend" | "module" | "keyFile" | "certificateFile">;

/** One way to reach a card: the export `backend` of a file in `lib/signing/backends/`. The card's dialog lists these files. */
export interface Backend {
  /** The value of the setting `backend`, and the `kind` of what it opens. */
  name: string;
  /** As the card's dialog shows it. */
  title: Bilingual;
  /** The one that is taken where none is set. */
  usual?: true;
  /** It is no card, and nobody outside takes its signatures: what people are warned of. */
  testsOnly?: Bilingual;
  /** Whether these settings are of no use without a PIN; then an empty one is C144, and nothing is touched (faq 13). */
  needsPin(settings: Pick<CardSettings, "pinPad">): boolean;
  /** For the list that the dialog offers. */
  usualModules?: UsualModules;
  prerequisites(settings: CardNeeds): Prerequisite[];
  /** What its inner codes mean, and what to do. */
  faults?: Readonly<Record<string, { advice: Bilingual }>>;
  /** Touches nothing yet. */
  open(settings: CardSettings, attempts: PinAttempts): CardBackend;
}

/** Every backend of `backends/`, the usual one first. */
export const BACKENDS: readonly Backend[] = exportsIn<Backend>(join(__dirname, "backends"), "backend").sort(
  (a, b) => Number(b.usual ?? false) - Number(a.usual ?? false),
);

/** What to do about an inner code, as the first of these backends knows it that does, else as any other; undefined when none does. */
export function adviceOfInner(inner: string, used: readonly string[] = []): Bilingual | undefined {
  const tables: Backend["faults"][] = [...used, ...BACKENDS.map(({ name }) => name)].map(
    (name) => backendByName(name)?.faults,
  );
  const knowing = [...tables, CERTIFICATE_FAULTS].find((faults) => faults && Object.hasOwn(faults, inner));
  return (knowing as Backend["faults"])?.[inner]?.advice;
}

/** A backend by its name; undefined when there is none. */
export function backendByName(name: string): Backend | undefined {
  return BACKENDS.find((backend) => backend.name === name);
}
