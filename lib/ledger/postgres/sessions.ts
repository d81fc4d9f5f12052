import type { Session } from "./session.js";

/** A few connections, made when they are first needed; who finds none free waits for one. */
export class Sessions {
  private readonly free: Session[] = [];
  private readonly waiting: (() => void)[] = [];
  private taken = 0;
  private closed = false;

  constructor(
    private readonly most: number,
    private readonly open: () => Promise<Session>,
  ) {}

  /** To be given back in any case. Rejects with whatever the library says. */
  async take(): Promise<Session> {
    while (this.taken >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.taken++;
    try {
      for (let session = this.free.pop(); session; session = this.free.pop()) if (!session.isLost) return session;
      return await this.open();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  giveBack(session: Session | undefined): void {
    if (!session) return;
    if (this.closed) void session.close();
    else if (!session.isLost) this.free.push(session);
    this.release();
  }

  /** What is still taken is closed when it is given back. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.free.splice(0).map((session) => session.close()));
  }

  private release(): void {
    this.taken--;
    this.waiting.shift()?.();
  }
}
