import type { Clock } from "./clock.js";

/** A place looks again after this, in milliseconds: what another process did announces itself to nobody here. */
const LOOK_AGAIN = 5000;

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

  /** Resolves when `id` is woken, at `deadline`, after a while in any case, and at once when it is `already` so. */
  sleep(id: string, deadline: number, already: () => boolean): Promise<void> {
    if (already() || this.stopping.aborted) return Promise.resolve();
    const { sleepers, clock } = this;
    return new Promise((resolve) => {
      const left = deadline - clock.now();
      const cancel = clock.after(left > 0 ? Math.min(left, LOOK_AGAIN) : LOOK_AGAIN, wake);
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
