const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Office hours and stamps of the trade are China's, whatever the machine's zone; it has no summer time. */
const CHINA = 8 * 60 * MINUTE;

/** A span of every day, in milliseconds since midnight in China; one that ends before it begins goes over midnight. */
interface Span {
  from: number;
  to: number;
}

/** Times of day in which documents go on. */
export type HoldWindow = readonly Span[];

/**
 * A window out of a setting: `22:00-06:00`, several separated by commas; empty is no window. Undefined for what cannot be read.
 */
export function readHoldWindow(text: string): HoldWindow | undefined {
  const spans: Span[] = [];
  for (const part of text.split(/[,，;；]/)) {
    if (part.trim() === "") continue;
    const match = /^(\d{1,2}):(\d\d)[-–~](\d{1,2}):(\d\d)$/.exec(part.replace(/\s/g, "").replaceAll("：", ":"));
    if (!match) return undefined;
    const [from, to] = [timeOf(match[1], match[2]), timeOf(match[3], match[4])];
    if (from === undefined || to === undefined || from === to) return undefined;
    spans.push({ from, to });
  }
  return spans;
}

function timeOf(hour: string | undefined, minute: string | undefined): number | undefined {
  const [hours, minutes] = [Number(hour), Number(minute)];
  return hours <= 24 && minutes < 60 && hours * 60 + minutes <= 24 * 60 ? (hours * 60 + minutes) * MINUTE : undefined;
}

/** Is this a time (ms since the epoch) at which one of the window's spans begins? */
export function beginsAt(window: HoldWindow, at: number): boolean {
  return window.some(({ from }) => timeOfDay(at) === from % DAY);
}

const timeOfDay = (at: number): number => (((at + CHINA) % DAY) + DAY) % DAY;

/** When the window opens next, ms since the epoch; 0 when it is open at that time. */
export function opensAt(window: HoldWindow, at: number): number {
  const time = timeOfDay(at);
  let wait = DAY;
  for (const { from, to } of window) {
    const open = from < to ? time >= from && time < to : time >= from || time < to;
    if (open) return 0;
    wait = Math.min(wait, (from - time + DAY) % DAY);
  }
  return at + wait;
}
