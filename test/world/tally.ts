/** What a run of many worlds came to. */
export interface Tally {
  runs: number;
  steps: number;
  /** Seconds that went by, and seconds of processor time. */
  seconds: number;
  busy: number;
  /** Seeds by kind of violation. */
  kinds: Record<string, number[]>;
}

/** Of several processes at once, as one. */
export function together(all: readonly Tally[]): Tally {
  const sum: Tally = { runs: 0, steps: 0, seconds: 0, busy: 0, kinds: {} };
  for (const { runs, steps, seconds, busy, kinds } of all) {
    sum.runs += runs;
    sum.steps += steps;
    sum.seconds = Math.max(sum.seconds, seconds);
    sum.busy += busy;
    for (const [kind, seeds] of Object.entries(kinds)) sum.kinds[kind] = [...(sum.kinds[kind] ?? []), ...seeds];
  }
  return sum;
}

/** As lines for people: how many and how fast, each kind of violation, and how many there were in all. */
export function said({ runs, steps, seconds, busy, kinds }: Tally): string {
  const rates = `${(runs / seconds).toFixed(0)} a second, ${(runs / busy).toFixed(0)} a second of processor time`;
  const lines = [`${runs} schedules, ${(steps / runs).toFixed(0)} steps each, ${seconds.toFixed(1)} s; ${rates}`];
  let violated = 0;
  for (const [kind, seeds] of Object.entries(kinds)) {
    violated += seeds.length;
    lines.push(`${seeds.length} x ${kind}   seeds ${seeds.slice(0, 5).join(" ")}`);
  }
  return [...lines, `${violated} violations`].join("\n");
}
