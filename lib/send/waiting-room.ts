import type { Clock } from "../clock.js";

/** Milliseconds after which an unknown send is looked at again: a receipt that another process took in is told to nobody here. */
const LOOK_AGAIN = 5000;

/** A day, below what a timer can hold. */
const LONGEST = 86_400_000;

/** Documents that wait: each is woken when something happened that may matter to it, when its time is over, or by a stop. */
export class WaitingRoom {
  private readonly sleepers = new Map<string, () => void>();

  constructor(
    private readonly clock: Clock,
    private readonly stopping: AbortSignal,
  ) {}

  wake(id: string): void {
    this.sleepers.get(id)?.();
  }

  wakeAll(): void {
    for (const wake of [...this.sleepers.values()]) wake();
  }

  /** Resolves when `id` is woken, at `deadline`, and at once when it is `already` so; an `unknown` send after a while too. */
  sleep(id: string, deadline: number, unknown: boolean, already: () => boolean): Promise<void> {
    if (already() || this.stopping.aborted) return Promise.resolve();
    const { sleepers, clock } = this;
    return new Promise((resolve) => {
      const left = deadline - clock.now();
      // Past its deadline it waits for its turn only.
      const cancel = clock.after(Math.min(unknown ? LOOK_AGAIN : LONGEST, left > 0 ? left : LONGEST), wake);
      // A cloned message may wait for the same document.
      const other = sleepers.get(id);
      sleepers.set(id, wake);
      function wake(): void {
        cancel();
        if (sleepers.get(id) === wake) sleepers.delete(id);
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
