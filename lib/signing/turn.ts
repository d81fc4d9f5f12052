/** Opens what the work needs: a connection, a session. */
export type Reach = <O>(open: () => Promise<O>) => Promise<O>;

/**
 * Work on one card, one after the other. Who was waiting when the card could not be reached gets the same error, and does
 * not wait through another time limit: with a hundred files behind a control that does not answer, all of them are told
 * after one.
 */
export class Turn {
  private last: Promise<unknown> = Promise.resolve();
  private failure: { at: number; error: unknown } | undefined;

  run<T>(work: (reach: Reach) => Promise<T>): Promise<T> {
    const asked = performance.now();
    const reach: Reach = async (open) => {
      if (this.failure && asked <= this.failure.at) throw this.failure.error;
      try {
        return await open();
      } catch (error) {
        this.failure = { at: performance.now(), error };
        throw error;
      }
    };
    const mine = this.last.then(
      () => work(reach),
      () => work(reach),
    );
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
