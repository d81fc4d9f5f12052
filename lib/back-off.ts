/** Pauses between tries, in milliseconds: the first, doubled with each further try, up to the longest. */
export interface BackOff {
  first: number;
  longest: number;
}

/**
 * Milliseconds to wait before the next try, when `tries` have failed before the one that failed now (0 = the first pause).
 * `jitter`, from 0 up to 1, takes up to half of it away: who failed at the same moment shall not come back at the same moment.
 */
export function backOff({ first, longest }: BackOff, tries: number, jitter: number): number {
  return Math.min(longest, first * 2 ** tries) * (0.5 + jitter / 2);
}
