import type { Clock } from "../clock.js";

/** Milliseconds after which an unknown send is looked at again: a receipt that another process took in wakes nobody here. */
const LOOK_AGAIN = 5000;

/** A day, below what a timer can hold. */
const LONGEST = 86_400_000;

/** Documents that wait: each is woken when something happened that may matter to it, when its time is over, or by a stop. */
export class Sleepers {
  private readonly asleep = new Map<string, () => void>();

  constructor(
    private readonly clock: Clock,
    private readonly stopping: AbortSignal,
  ) {}

  wake(id: string): void {
    this.asleep.get(id)?.();
  }

  wakeAll(): void {
    for (const wake of [...this.asleep.values()]) wake();
  }

  /**
   * Resolves when `id` is woken, at `deadline` (of the monotonic clock), and at once when it is `already` so; one that is
   * `uncertain` wakes up by itself after a while too.
   */
  sleep(id: string, deadline: number, uncertain: boolean, already: () => boolean): Promise<void> {
    if (already() || this.stopping.aborted) return Promise.resolve();
    const { asleep, clock } = this;
    return new Promise((resolve) => {
      const left = deadline - clock.monotonic();
      // Past its deadline it waits for its share of the window only.
      const cancel = clock.after(Math.min(uncertain ? LOOK_AGAIN : LONGEST, left > 0 ? left : LONGEST), wake);
      // A cloned message may wait for the same document.
      const other = asleep.get(id);
      asleep.set(id, wake);
      function wake(): void {
        cancel();
        if (asleep.get(id) === wake) asleep.delete(id);
        resolve();
        other?.();
      }
    });
  }

  /** Resolves after so many milliseconds, and at once when everything stops; nothing else shortens it. */
  pause(milliseconds: number): Promise<void> {
    const { stopping, clock } = this;
    return new Promise((resolve) => {
      const cancel = clock.after(Math.max(0, milliseconds), end);
      function end(): void {
        cancel();
        stopping.removeEventListener("abort", end);
        resolve();
      }
      stopping.addEventListener("abort", end);
      if (stopping.aborted) end();
    });
  }
}
