import { EventEmitter } from "node:events";
import type { Bilingual, Fault } from "../errors.js";

/** What is wrong, or worth a look, as long as it is so: the sidebar, the page and `status` show it. */
export interface StandingFault {
  code: string;
  text: Bilingual;
  advice: Bilingual | null;
  /** Since when, milliseconds since the epoch. */
  at: number;
}

interface During {
  until: number;
  hinders: boolean;
}

/** So many at a time are shown, the first ones; as many are kept in all, to be shown when those before them are over. */
const MOST = { shown: 50, kept: 1000 };

/** The place of a root that was made: over when a document comes from it. */
export const NEW_ROOT = "root";

/** What stands as it is until its place is well again: files that may not be read, receipts that were put aside. `change` when it is another. */
export class Standing extends EventEmitter<{ change: [] }> {
  private readonly faults = new Map<string, StandingFault & During>();

  constructor(private readonly clock: { now(): number }) {
    super();
  }

  /** At this place something is wrong, since now unless it is said; `until`: it is over by itself then; `hinders`: documents or receipts wait for it. */
  set(
    place: string,
    { code, text, advice }: Pick<Fault, "code" | "text" | "advice">,
    {
      since = this.clock.now(),
      until = Number.POSITIVE_INFINITY,
      hinders = false,
    }: Partial<During> & { since?: number } = {},
  ): void {
    this.drop();
    const before = this.faults.get(place);
    if (before?.code === code && before.text.en === text.en) return;
    if (!before && !hinders && this.faults.size >= MOST.kept) return;
    this.faults.set(place, { code, text, advice: advice ?? null, at: before?.at ?? since, until, hinders });
    this.emit("change");
  }

  /** The place is well again. */
  clear(place: string): void {
    if (this.faults.delete(place)) this.emit("change");
  }

  /** The first one first. */
  list(): StandingFault[] {
    this.drop();
    const shown = [...this.faults.values()].slice(0, MOST.shown);
    return shown.map(({ until: _until, hinders: _hinders, ...fault }) => fault);
  }

  /** Codes of what documents or receipts wait for. */
  hindrances(): string[] {
    this.drop();
    return [...this.faults.values()].flatMap(({ code, hinders }) => (hinders ? code : []));
  }

  private drop(): void {
    for (const [place, { until }] of this.faults) if (until <= this.clock.now()) this.faults.delete(place);
  }
}
