import type { ImportClient } from "../../lib/client/import-client.js";
import type { ClientSettings } from "../../lib/client/settings.js";
import { sha256Of } from "../../lib/sha256.js";
import { SimBroker } from "./broker.js";
import { MachineCard } from "./card.js";
import { Checks } from "./checks.js";
import { Decisions, Fault } from "./decisions.js";
import { type Guard, withoutStillness } from "./guards.js";
import { LedgerFile } from "./ledger-file.js";
import type { Outcome, StoryLine } from "./outcome.js";
import { Government, type HandedIn, Producers } from "./outside.js";
import { DECLARATION, INVENTORY, type Papers } from "./papers.js";
import { Persons } from "./persons.js";
import { SimProcess } from "./process.js";
import { drain, type Event, type Life, type Machine, Scheduler, turnsAtOnce } from "./scheduler.js";
import { settingsOf } from "./settings.js";
import { Tree } from "./tree.js";

const POWER = new Fault("the power fails with it", 0.3);
const BETWEEN = new Fault("somebody else acts in between", 0.01);
const FREEZES = new Fault("a process is frozen", 0.1);
const DEPLOYS = new Fault("a deploy", 0.1);
const AWAY = new Fault("the database is away", 0.1);
const UNMOUNTED = new Fault("the root is not mounted", 0.05);

const DATABASE = 28;
const MACHINES = 24;

/** Milliseconds of the world in which things go wrong, at most: they end a second after everything has come to its end. */
const TROUBLE = [4_000, 4_000, 12_000, 30_000];
const AFTER_ALL = 1_000;
/** Milliseconds after which everything must have come to its end. */
const PATIENCE = 900_000;

export interface WorldOptions {
  seed: number;
  instances?: number;
  /** They share a ledger in a database; else one of them has the root, and the others wait for it. Absent = as the seed says. */
  shared?: boolean | undefined;
  /** Decisions that may be other than plain; absent = all. */
  kept?: ReadonlySet<string>;
  /** The story is kept. */
  told?: boolean;
  /** The guard that is taken out. */
  without?: Guard | undefined;
}

/** One run of the world. */
export class World {
  readonly decisions: Decisions;
  readonly scheduler = new Scheduler();
  readonly root = "/data/ImpPath";
  /** What its producers hand in. */
  readonly papers: Papers;
  readonly outBox: string;
  readonly tempBox: string;
  readonly inBoxes: readonly string[];
  readonly checks = new Checks(this);
  readonly producers = new Producers(this);
  readonly government = new Government(this);
  readonly persons = new Persons(this);
  readonly broker = new SimBroker(this);
  readonly tree = new Tree((node, change) => this.checks.named(node, change));
  readonly ledgerFile: LedgerFile;
  readonly lives: Life[] = [];
  readonly doubtful = new Set<HandedIn>();
  readonly settings: ClientSettings;
  readonly packs: boolean;
  /** The daily log is written: in few worlds, it is a sixth of what is done. */
  readonly logs: boolean;
  /** Documents are signed, and the PIN goes to a card. */
  readonly signs: boolean;
  /** Its documents are declarations whose PDFs lie beside them. */
  readonly gathers: boolean;
  /** Milliseconds between two looks at the folders. */
  readonly interval: number;
  readonly attempts = 2;
  private readonly trouble: number;
  /** Several work on the root, and share its ledger. */
  readonly shared: boolean;
  databaseAwayUntil = 0;
  documentIds = 1;
  diskIsFull = false;
  receiptsOnTheirWay = 0;
  private violation: string | undefined;
  private readonly story: StoryLine[] = [];
  private readonly watchers = new Map<string, Set<() => void>>();
  private outsiders: Event[] = [];
  private readonly hashes = new Map<HandedIn, string>();
  private readonly processes = new Map<number, SimProcess>();
  private readonly machines: Machine[] = [];
  private readonly cards = new Map<Machine, MachineCard>();
  /** Each of them on a machine of its own, and the root on a server. */
  private readonly apart: boolean;

  constructor(private readonly options: WorldOptions) {
    const { instances = 1, seed } = options;
    this.decisions = new Decisions(seed, options.kept, options.told);
    this.shared = options.shared ?? (instances > 1 && seed % 4 !== 0);
    this.ledgerFile = new LedgerFile(
      { compares: options.without !== "compare and set", owners: options.without !== "owner of a row" },
      (before, after, undone) => this.checks.changed(before, after, undone),
    );
    this.trouble = this.decisions.choose("trouble", 0, TROUBLE);
    this.apart = this.shared && this.decisions.choose("machines apart", 0, [false, true]);
    this.packs = this.decisions.choose("packs", 0, [false, true]);
    this.logs = this.decisions.choose("no daily log", 0, [true, false, false, false]);
    this.signs = this.decisions.choose("a card", 0, [false, true]);
    this.interval = this.decisions.choose("looks seldom", 0, [2_000, 5_000, 10_000]);
    this.gathers = this.decisions.choose("PDFs", 0, [false, false, false, true]);
    this.settings = settingsOf(this);
    this.papers = this.gathers ? DECLARATION : INVENTORY;
    const folder = `${this.root}/${this.papers.folder}`;
    this.outBox = `${folder}/OutBox`;
    this.tempBox = `${folder}/TempBox`;
    this.inBoxes = [`${folder}/InBox`, `${this.root}/Others/InBox`];
    this.tree.makeFolder(this.outBox);
    this.tree.syncFolder(folder);
  }

  /** The guard that is taken out. */
  get without(): Guard | undefined {
    return this.options.without;
  }

  /** Runs it from its beginning to its end, in one turn of the event loop. */
  run(): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(this.runNow());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  private runNow(): Outcome {
    const { scheduler, decisions } = this;
    const putBack = this.without === "stillness" ? withoutStillness() : undefined;
    const turns = turnsAtOnce();
    try {
      this.producers.start();
      for (let instance = 1; instance <= (this.options.instances ?? 1); instance++) this.boot(instance, 0);
      this.planTrouble();
      let quiet = false;
      let end = this.trouble;
      for (;;) {
        if (!quiet && scheduler.now >= end) {
          quiet = true;
          decisions.calm = true;
          for (const machine of this.machines) machine.bare = undefined;
          this.tell("world", "nothing goes wrong any more");
        }
        if (!scheduler.step(quiet ? PATIENCE : end)) {
          if (quiet) break;
          scheduler.now = end;
          continue;
        }
        drain();
        if (this.doubtful.size > 0) this.checks.lookAtDoubtful();
        if (this.violation !== undefined) break;
        if (this.checks.isOver()) {
          if (quiet) break;
          end = Math.min(end, scheduler.now + AFTER_ALL);
        } else if (!quiet) end = this.trouble;
      }
      if (this.violation === undefined) {
        const [first] = this.checks.unfinished();
        if (first) this.fail(`never ends: ${first}`);
        this.checks.atEnd();
      }
    } finally {
      putBack?.();
      turns();
    }
    for (const life of this.lives) life.dead = true;
    const { violation, story } = this;
    return {
      ...{ seed: this.options.seed, violation, steps: scheduler.steps, time: scheduler.now },
      ...{ taken: decisions.taken, story },
    };
  }

  /** Something is violated: the first is what counts. */
  fail(what: string): void {
    if (this.violation !== undefined) return;
    this.violation = what;
    this.tell("check", what);
  }

  /** A process did something that would have ended it. */
  fault(life: Life, error: unknown): void {
    if (!life.dead) this.fail(`${life.name} ends: ${error instanceof Error ? error.stack : String(error)}`);
  }

  tell(who: string, what: string): void {
    if (!this.options.told) return;
    const documents = this.ledgerFile.rows
      .map(({ fileName, state, box, settled }) => `${fileName} ${state} ${box}${settled ? "" : " open"}`)
      .join(", ");
    this.story.push({ at: this.scheduler.now, who, what, documents });
  }

  hashOf(document: HandedIn): string {
    let hash = this.hashes.get(document);
    if (hash === undefined) {
      hash = sha256Of(document.data);
      this.hashes.set(document, hash);
    }
    return hash;
  }

  // ---- processes

  /** The client of a process that works, as the sidebar of a browser would reach it. */
  workingClient(): ImportClient | undefined {
    const working = this.lives.flatMap((life) => {
      if (life.dead || life.frozenUntil > this.scheduler.now) return [];
      const client = this.processes.get(life.number)?.opening?.client;
      return client && !client.lease.fault ? [client] : [];
    });
    return working.length > 1 ? working[Math.floor(this.decisions.draw() * working.length)] : working[0];
  }

  process = (life: Life): SimProcess | undefined => this.processes.get(life.number);

  private boot(instance: number, incarnation: number): void {
    const number = (instance - 1) * 8 + incarnation;
    const machine = this.machineOf(instance);
    const name = `${"ABC"[instance - 1]}${incarnation + 1}`;
    const life: Life = { number, name, machine, dead: false, frozenUntil: 0 };
    this.lives.push(life);
    const process = new SimProcess(this, life);
    this.processes.set(number, process);
    this.scheduler.at(
      this.scheduler.now,
      () => {
        this.tell(life.name, "starts");
        process.start();
      },
      life,
    );
  }

  private machineOf(instance: number): Machine {
    const name = this.apart ? `machine ${"ABC"[instance - 1]}` : "machine";
    let machine = this.machines.find((one) => one.name === name);
    if (!machine) {
      machine = { name, ahead: 0, bare: undefined };
      this.machines.push(machine);
    }
    return machine;
  }

  cardOf(machine: Machine): MachineCard {
    let card = this.cards.get(machine);
    if (!card) {
      card = new MachineCard(this);
      this.cards.set(machine, card);
    }
    return card;
  }

  kill(life: Life): void {
    if (life.dead) return;
    const cuts = this.decisions.happens(POWER, life.number);
    for (const one of this.lives) {
      if (one.dead || (one !== life && !(cuts && one.machine === life.machine))) continue;
      one.dead = true;
      this.afterDeath(one, cuts);
    }
    if (!cuts) return;
    this.tell("world", `the power of the ${life.machine.name} fails`);
    // The server with the root goes on.
    if (this.apart) return;
    const share = this.decisions.amount;
    this.tree.cutPower(share, (node) => {
      if (node.safe && node.safe.length === node.data.length) return share < 0.5 ? node.safe : node.data;
      return node.data.subarray(0, Math.floor(node.data.length * this.decisions.draw()));
    });
  }

  private afterDeath(life: Life, atOnce: boolean): void {
    const { scheduler } = this;
    for (const line of this.broker.linesOf(life)) {
      if (atOnce) this.broker.cut(line);
      else scheduler.at(scheduler.now + 5, () => this.broker.cut(line));
    }
    const instance = life.number >> 3;
    const incarnation = (life.number & 7) + 1;
    if (incarnation > 6) this.decisions.calm = true;
    scheduler.at(scheduler.now + 200 + this.decisions.draw() * 3000, () => this.boot(instance + 1, incarnation));
  }

  private planTrouble(): void {
    const { scheduler, decisions } = this;
    for (let at = 500; at < this.trouble; at += 500) {
      scheduler.at(at, () => {
        if (this.shared && decisions.happens(AWAY, DATABASE)) {
          this.databaseAwayUntil = scheduler.now + decisions.amount * decisions.amount * 90_000;
          this.tell("world", `the database is away for ${Math.round((this.databaseAwayUntil - at) / 1000)} s`);
        }
        for (const [index, machine] of this.machines.entries()) {
          // What nobody has used yet cannot be told from what is not there.
          if (machine.bare !== undefined || !this.ledgerFile.facts.has("root")) continue;
          if (decisions.happens(UNMOUNTED, MACHINES + index)) this.unmount(machine);
        }
        for (const life of this.lives) {
          if (life.dead || life.frozenUntil > scheduler.now) continue;
          if (decisions.happens(FREEZES, life.number)) this.freeze(life, 1000 + decisions.amount * 90_000);
          else if (decisions.happens(DEPLOYS, life.number)) this.deploy(life);
        }
      });
    }
  }

  freeze(life: Life, milliseconds: number): void {
    const { scheduler } = this;
    if (life.dead || life.frozenUntil > scheduler.now) return;
    this.tell(life.name, `is frozen for ${Math.round(milliseconds / 1000)} s`);
    life.frozenUntil = scheduler.now + milliseconds;
    if (milliseconds <= 20_000) return;
    for (const line of this.broker.linesOf(life)) scheduler.at(scheduler.now + 20_000, () => this.broker.cut(line));
  }

  private unmount(machine: Machine): void {
    const { scheduler, decisions } = this;
    const milliseconds = 200 + decisions.amount ** 3 * 90_000;
    const empty = new Tree();
    empty.makeFolder(this.root);
    machine.bare = decisions.draw() < 0.5 ? empty : null;
    this.tell(
      "world",
      `the root is not mounted for ${(milliseconds / 1000).toFixed(1)} s: ${machine.bare ? "empty" : "errors"}`,
    );
    scheduler.at(scheduler.now + milliseconds, () => {
      machine.bare = undefined;
      this.tell("world", "the root is mounted again");
    });
  }

  private deploy(life: Life): void {
    const process = this.processes.get(life.number);
    this.tell(life.name, "is deployed anew");
    process?.deploy().catch((error) => this.fault(life, error));
  }

  // ---- outsiders

  /** Something that somebody else does at this time, or a moment before, in the middle of what a process does. */
  outsider(at: number, act: () => void): void {
    const event = this.scheduler.at(at, () => {
      this.outsiders.splice(this.outsiders.indexOf(event), 1);
      act();
    });
    this.outsiders.push(event);
  }

  /** Between two calls of a process that does not wait. */
  outsidersMayAct(): void {
    if (this.outsiders.length === 0) return;
    const near = this.outsiders[0] as Event;
    if (near.due - this.scheduler.now > 1000 || !this.decisions.happens(BETWEEN, 31)) return;
    const { run } = near;
    near.run = undefined;
    run?.();
  }

  watch(folder: string, changed: () => void): () => void {
    let all = this.watchers.get(folder);
    if (!all) {
      all = new Set();
      this.watchers.set(folder, all);
    }
    all.add(changed);
    return () => all.delete(changed);
  }

  changed(folder: string): void {
    const all = this.watchers.get(folder);
    if (all) for (const changed of [...all]) changed();
  }
}
