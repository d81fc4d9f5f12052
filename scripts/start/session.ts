import { messageOf } from "../../lib/errors.js";
import { PlainError } from "../plain-error.js";

/** What is said last when a part ends that nobody has stopped: nothing works without it. */
export function endedLine(name: "RabbitMQ" | "simulator" | "Node-RED", logFile: string): string {
  const [zh, en] = {
    RabbitMQ: ["演示的消息服务器 RabbitMQ ", "The demo's broker, RabbitMQ,"],
    simulator: ["演示的单一窗口模拟器", "The demo's simulator of the Single Window"],
    "Node-RED": ["Node-RED ", "Node-RED"],
  }[name];
  return (
    `${zh}自行退出，这里启动的程序都将停止；原因见 ${logFile}，重新启动即可。 / ` +
    `${en} ended by itself: everything that was started here is stopped. Why, says ${logFile}; start again.`
  );
}

/**
 * What one command at the terminal has started: all of it ends with it, the last one first, be it by Ctrl-C, by a fault, or
 * because a part ended by itself.
 */
export class Session {
  private readonly running: { name: string; stop: () => Promise<void> }[] = [];
  private readonly ended = new AbortController();
  private exitCode = 0;
  /** Why it ended, said when nothing else is said any more. */
  private lastLine: string | undefined;
  private announceEnd: () => void = () => {};
  private readonly end = new Promise<void>((resolve) => {
    this.announceEnd = resolve;
  });

  /** Aborted as soon as the end has begun. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  say(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  complain(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** Stopped at the end, before what was added earlier. */
  add(name: string, stop: () => Promise<void>): void {
    this.running.push({ name, stop });
  }

  /** Begins the end; the first one's exit code stands. */
  finish(code: number, line?: string): void {
    if (this.signal.aborted) return;
    if (line !== undefined && this.running.length > 0) this.say("停止中 / Stopping");
    this.lastLine = line;
    this.exitCode = code;
    this.ended.abort();
    this.announceEnd();
  }

  /** Lets a start go on, unless we were asked to end in the meantime. */
  async unlessEnded<T>(work: Promise<T>): Promise<T> {
    const result = await work;
    this.signal.throwIfAborted();
    return result;
  }

  /** Does the work, waits for the end, stops everything. Resolves to the exit code. */
  async run(work: () => Promise<void>): Promise<number> {
    const stop = () => {
      // A second Ctrl-C changes nothing: stopping is bounded, and half a stop would leave processes.
      if (!this.signal.aborted) this.say("Stopping");
      this.finish(0);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const name of signals) process.on(name, stop);
    try {
      await work();
      await this.end;
    } catch (error) {
      if (!this.signal.aborted) this.finish(1, error instanceof PlainError ? error.message : messageOf(error));
    }
    await this.stopAll();
    if (this.lastLine !== undefined) this.complain(this.lastLine);
    for (const name of signals) process.off(name, stop);
    return this.exitCode;
  }

  private async stopAll(): Promise<void> {
    for (const { name, stop } of this.running.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        this.complain(`${name} could not be stopped: ${messageOf(error)}`);
        this.exitCode = 1;
      }
    }
  }
}
