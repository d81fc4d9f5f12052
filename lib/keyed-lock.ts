/** One piece of work after the other for each key; work for different keys goes on side by side. */
export class KeyedLock {
  private readonly last = new Map<string, Promise<void>>();

  /** Runs the work when all that was asked for this key before has ended, however it ended. Resolves or rejects as it does. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.last.get(key) ?? Promise.resolve()).then(work);
    const ended = mine.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(key, ended);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === ended) this.last.delete(key);
    }
  }
}
