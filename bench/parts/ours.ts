import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ConfirmChannel } from "amqplib";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { Stage, type Theatre, until } from "../../test/support/stage.js";
import { cpuSeconds, peakMemory } from "./measure.js";

export interface OursSettings {
  theatre: Theatre;
  /** Environment variables of the card and of TLS. */
  env: NodeJS.ProcessEnv;
  clientId: string;
  inFlight: number;
  /** Documents that go through it before anything is measured; 40 by default. */
  warm?: number;
  /** File that a profile of each run's processor time is written to. */
  profile?: string | undefined;
}

export interface OursFigures {
  seconds: number;
  cpu: number;
  memory: number;
  /** Longest block, milliseconds: of work of the main thread, and by the clock. */
  block: number;
  blockWall: number;
}

/** Our client in a real Node-RED with example 01, whose send queue nobody reads but the bench. */
export class Ours {
  private constructor(
    readonly stage: Stage,
    private readonly lines: readonly string[],
    readonly pid: number,
    private readonly channel: ConfirmChannel,
    readonly queue: string,
    private readonly profiled: boolean,
  ) {}

  static async start(channel: ConfirmChannel, settings: OursSettings): Promise<Ours> {
    const { theatre, env, clientId, inFlight, warm = 40 } = settings;
    const stage = new Stage(theatre, {
      clientId,
      flow: (nodes) => {
        for (const node of nodes) if (node.type === "sw-folder-watch") node.maxInFlight = String(inFlight);
      },
    });
    const queue = `Q_Send${clientId}`;
    for (const name of [queue, `Q_Recv${clientId}`]) await channel.assertQueue(name, { durable: true });
    const monitor = join(__dirname, "..", "loop-monitor.cjs");
    const { profile } = settings;
    const added = { NODE_OPTIONS: `--require ${monitor}`, ...(profile && { SW_CPU_PROFILE: profile }) };
    const nodeRed = await stage.startNodeRed({ ...env, ...added });
    const ours = new Ours(stage, nodeRed.lines, nodeRed.pid, channel, queue, profile !== undefined);
    await ours.warmUp(warm);
    return ours;
  }

  private get outBox(): string {
    return join(this.stage.root, "DecCus001", "OutBox");
  }

  /** Modules are loaded, the card is logged in, the connection is there. */
  private async warmUp(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.stage.drop("DecCus001", `${freshKey()}.xml`, decXml({ operType: "G" }));
    }
    await this.settled(count);
    await this.channel.purgeQueue(this.queue);
    await pause(3_000);
  }

  private async settled(count: number): Promise<void> {
    const box = join(this.stage.root, "DecCus001", "SentBox");
    mkdirSync(box, { recursive: true });
    const sent = () => readdirSync(box).length;
    await until(
      () => `${count} are sent, ${sent()} are; ${this.lines.slice(-5).join(" / ")}`,
      async () => sent() >= count,
      3_600_000,
    );
  }

  /** Moves the files of a folder into the OutBox, all at once, and waits until they are in SentBox. */
  async run(folder: string, names: readonly string[]): Promise<OursFigures> {
    const before = readdirSync(join(this.stage.root, "DecCus001", "SentBox")).length;
    const from = this.lines.length;
    if (this.profiled) process.kill(this.pid, "SIGPWR");
    const cpu = cpuSeconds([this.pid]);
    const begin = performance.now();
    for (const name of names) renameSync(join(folder, name), join(this.outBox, name));
    await this.settled(before + names.length);
    const seconds = (performance.now() - begin) / 1000;
    const used = cpuSeconds([this.pid]) - cpu;
    if (this.profiled) process.kill(this.pid, "SIGPWR");
    // The second that has begun is told when it ends.
    await pause(1_100);
    const told = this.lines
      .slice(from)
      .filter((line) => line.startsWith("loop "))
      .map((line) => line.split(" "));
    const longest = (column: number) => Math.max(0, ...told.map((columns) => Number(columns[column])));
    await this.channel.purgeQueue(this.queue);
    return { seconds, cpu: used, memory: peakMemory([this.pid]), block: longest(3), blockWall: longest(1) };
  }

  /** Milliseconds from the rename of one file until its message is with the broker's reader, one file after the other. */
  async latencies(count: number): Promise<number[]> {
    const found: number[] = [];
    let arrived: (() => void) | undefined;
    const { consumerTag } = await this.channel.consume(this.queue, () => arrived?.(), { noAck: true });
    for (let index = 0; index < count; index++) {
      const name = `${freshKey()}.xml`;
      const half = join(this.outBox, `${name}.tmp`);
      writeFileSync(half, decXml({ operType: "G" }));
      await pause(300 + 37 * (index % 7));
      const message = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const begin = performance.now();
      renameSync(half, join(this.outBox, name));
      await message;
      found.push(performance.now() - begin);
    }
    await this.channel.cancel(consumerTag);
    return found;
  }

  async stop(): Promise<void> {
    await this.stage.close();
  }
}

/** The environment of a stage over TLS. */
export function overTls(port: number, ca: string): NodeJS.ProcessEnv {
  return { SW_AMQP_HOST: "localhost", SW_AMQP_PORT: String(port), SW_AMQP_TLS: "true", NODE_EXTRA_CA_CERTS: ca };
}
