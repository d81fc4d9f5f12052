import { nextTick } from "node:process";
import type { Tree } from "./tree.js";

/** A machine; processes on one share its clock and its power. */
export interface Machine {
  readonly name: string;
  /** Milliseconds by which its clock is wrong. */
  ahead: number;
  /** What it sees in place of the disk with the root while that is not mounted; null: nothing can be read at all. */
  bare: Tree | null | undefined;
}

/** Something that lives and can be killed or frozen: a process. What it has asked for is done only while it lives. */
export interface Life {
  readonly number: number;
  readonly name: string;
  readonly machine: Machine;
  dead: boolean;
  /** It goes on at this time. */
  frozenUntil: number;
}

export interface Event {
  due: number;
  order: number;
  run: (() => void) | undefined;
  life: Life | undefined;
}

/** What is to be done and when, in the world's time (milliseconds): the earliest goes first, of two the one that was asked first. */
export class Scheduler {
  now = 0;
  /** Steps so far. */
  steps = 0;
  private order = 0;
  private readonly heap: Event[] = [];

  at(due: number, run: () => void, life?: Life): Event {
    const event: Event = { due, order: this.order++, run, life };
    this.push(event);
    return event;
  }

  /** Does the next thing; false when there is nothing before `until`. */
  step(until: number): boolean {
    for (;;) {
      const event = this.heap[0];
      if (!event || event.due > until) return false;
      this.pop();
      const { run, life } = event;
      if (!run || life?.dead) continue;
      if (event.due > this.now) this.now = event.due;
      if (life && life.frozenUntil > this.now) {
        event.due = life.frozenUntil;
        this.push(event);
        continue;
      }
      event.run = undefined;
      this.steps++;
      run();
      return true;
    }
  }

  private push(event: Event): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] as Event;
      if (!isBefore(event, other)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = event;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop() as Event;
    const { length } = heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && isBefore(heap[below + 1] as Event, heap[below] as Event)) below++;
      const other = heap[below] as Event;
      if (!isBefore(other, last)) break;
      heap[at] = other;
      at = below;
    }
    heap[at] = last;
  }
}

const isBefore = (one: Event, other: Event) =>
  one.due < other.due || (one.due === other.due && one.order < other.order);

/**
 * All that can go on without another event goes on, up to the last microtask. To be called from a turn of the event loop of its own, not
 * from a microtask: from there it does nothing. It is what Node itself runs between two timers; a promise of each step would cost more than
 * many a step does.
 */
export const drain: () => void = (process as unknown as { _tickCallback(): void })._tickCallback;

/** Who makes or reads a ZIP lets others have a turn of the event loop: in the world's time that is now. Returns what puts it back. */
export function turnsAtOnce(): () => void {
  const { setImmediate: later } = globalThis;
  globalThis.setImmediate = ((call: () => void, ...args: []) => nextTick(call, ...args)) as typeof setImmediate;
  return () => {
    globalThis.setImmediate = later;
  };
}
