/** Opens what the work needs: a connection, a session. */
export type Connect = <O>(open: () => Promise<O>) => Promise<O>;

/**
 * Work on one card, one after the other. Who was waiting when the card could not be reached gets the same error, and does
 * not wait through another time limit: with a hundred files behind a control that does not answer, all of them fail
 * after one.
 */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();
  private failure: { at: number; error: unknown } | undefined;

  /** Runs `work` once all work before it has ended. What `work` opens by `connect` fails for everybody who waits by then. */
  run<T>(work: (connect: Connect) => Promise<T>): Promise<T> {
    const asked = performance.now();
    const connect: Connect = async (open) => {
      if (this.failure && asked <= this.failure.at) throw this.failure.error;
      try {
        return await open();
      } catch (error) {
        this.failure = { at: performance.now(), error };
        throw error;
      }
    };
    const mine = this.last.then(() => work(connect));
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
