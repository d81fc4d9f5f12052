/** Lets one piece of work for each key run at a time; pieces with other keys do not wait for each other. */
export class KeyedLock {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` once everything asked for before with this key has ended, however that ended. Settles as `work` does. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const ended = mine.catch(() => undefined);
    this.last.set(key, ended);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === ended) this.last.delete(key);
    }
  }

  /** How many keys have work at this moment. */
  get size(): number {
    return this.last.size;
  }
}
