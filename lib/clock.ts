/** Time, as everything that waits or writes a time down sees it. A test gives one that lets ten minutes pass at once. */
export interface Clock {
  /** Milliseconds since the epoch; it may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only go forward, for durations. */
  monotonic(): number;
  /** Calls once after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, call: () => void): () => void;
  /** Calls every so many milliseconds without keeping the process alive; returns what ends it. */
  every(milliseconds: number, call: () => void): () => void;
  /** Resolves when the event loop has done what else is waiting for it. */
  pause(): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
  pause: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Resolves when the work has ended, or so many milliseconds later. Rejects as the work does; no timer is left behind. */
export async function waitAtMost(clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<void> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(milliseconds, resolve);
  });
  await Promise.race([work, late]).finally(cancel);
}
