import type { StoredMessage } from "./broker.js";
import { Fault } from "./decisions.js";
import { entriesOf, pdfText } from "./papers.js";
import { PACKED } from "./process.js";
import type { World } from "./world.js";

const OUTSIDE = 30;

const REFUSES = new Fault("the data centre refuses it", 0.05);
const RECEIPT_TWICE = new Fault("a receipt comes twice", 0.1);
const RECEIPT_LATE = new Fault("a receipt is late", 0.2);
const RECEIPT_FIRST = new Fault("the business receipt comes first", 0.2);
const GARBAGE = new Fault("the queue brings garbage", 0.05);

/** The government's side: it takes what is in the send queue, and answers. */
export class Government {
  private messages = 0;
  /** Keys of documents that were refused, the first time or later. */
  readonly refused = new Set<string>();
  private readonly seqNos = new Map<string, string>();

  constructor(private readonly world: World) {}

  took(message: StoredMessage): void {
    const { world } = this;
    const { decisions } = world;
    const file = withoutPacking(message.body);
    const key = world.papers.key.exec(xmlOf(file).toString("utf8"))?.[1] ?? "";
    world.checks.delivered(message, file);
    const seqNo = this.seqNos.get(key) ?? String(900_000_000_000_000_000n + BigInt(this.seqNos.size));
    this.seqNos.set(key, seqNo);
    const ok = !decisions.happens(REFUSES, OUTSIDE);
    if (!ok) this.refused.add(key);
    const first = world.papers.importReceipt(key, seqNo, ok, ok ? "ok" : `refused ${this.messages}`);
    const late = decisions.happens(RECEIPT_LATE, OUTSIDE) ? decisions.amount * 20_000 : 0;
    const early = decisions.happens(RECEIPT_FIRST, OUTSIDE);
    this.answer(first, 2 + late + (early ? 500 : 0));
    if (ok) this.answer(world.papers.businessReceipt(key, seqNo), 50 + (early ? 0 : late));
    if (decisions.happens(GARBAGE, OUTSIDE)) this.answer(Buffer.from("<Package><nothing"), 30);
  }

  private answer(body: Buffer, after: number): void {
    const { world } = this;
    const send = (pause: number) => {
      const messageId = `R${++this.messages}`;
      world.receiptsOnTheirWay++;
      world.scheduler.at(world.scheduler.now + pause, () => {
        world.receiptsOnTheirWay--;
        world.broker.put(messageId, body);
      });
    };
    send(after);
    if (world.decisions.happens(RECEIPT_TWICE, OUTSIDE)) send(after + world.decisions.amount * 3000);
  }
}

export function withoutPacking(body: Buffer): Buffer {
  return body.subarray(0, PACKED.length).equals(PACKED) ? body.subarray(PACKED.length) : body;
}

/** The document's own bytes, where it may be in a ZIP. */
export function xmlOf(file: Buffer): Buffer {
  for (const [name, bytes] of entriesOf(file) ?? []) if (name.endsWith(".xml")) return bytes;
  return file;
}

/** A file that a producer has handed in, in one version. */
export interface HandedIn {
  /** Of a PDF: its name. */
  key: string;
  version: number;
  data: Buffer;
  /** It lies in the OutBox, whole and under its name. */
  done: boolean;
  /** Its producer has taken it back, or has put a newer version in its place. */
  withdrawn: boolean;
  /** Files with these bytes in them. */
  copies: number;
  /** What it announces, and is beside it. */
  pdfs: readonly HandedIn[];
}

const WAYS = ["at once", "renamed", "halves", "allocated", "patched"] as const;
const CORRECTED = ["no", "no", "no", "before", "after"] as const;
/** When a PDF comes, beside its declaration, in milliseconds. */
const PDF_COMES = [-30, 0, 40, 2_000, 9_000];

/** Who writes documents into the OutBox, in the ways of the field. */
export class Producers {
  readonly handedIn: HandedIn[] = [];
  readonly pdfs: HandedIn[] = [];
  /** What is still to be written. */
  open = 0;

  constructor(private readonly world: World) {}

  start(): void {
    const { decisions } = this.world;
    const documents = 1 + decisions.choose("documents", 0, [0, 1, 2]);
    for (let number = 1; number <= documents; number++) {
      const key = `K${number}`;
      const at = 50 + decisions.choose("handed in at", number, [0, 300, 1500, 4000]);
      this.handIn(key, `${key}.xml`, 1, at, decisions.choose("way", number, WAYS));
    }
  }

  private correct(key: string, name: string): void {
    const { decisions, scheduler } = this.world;
    if (this.world.gathers) return;
    const corrected = decisions.choose("corrected", Number(key.slice(1)), CORRECTED);
    if (corrected === "no") return;
    const later = corrected === "before" ? decisions.draw() * 1500 : 6000;
    this.handIn(key, name, 2, scheduler.now + later, "renamed");
  }

  private handIn(key: string, name: string, version: number, at: number, way: (typeof WAYS)[number]): void {
    const { papers } = this.world;
    const pdfs = this.handInPdfs(key, version, at);
    const names = pdfs.map((pdf) => pdf.key);
    const data = papers.document(key, version, names);
    const document: HandedIn = { key, version, data, done: false, withdrawn: false, copies: 0, pdfs };
    this.handedIn.push(document);
    const finish = () => {
      if (version === 1) this.correct(key, name);
    };
    this.write(document, name, at, way, finish, papers.document(`${key}?`, version, names));
  }

  /** The PDFs that a declaration announces, none where there are none to be gathered. */
  private handInPdfs(key: string, version: number, at: number): HandedIn[] {
    const { gathers, decisions } = this.world;
    const count = gathers ? 1 + decisions.choose("PDFs of", Number(key.slice(1)), [0, 1]) : 0;
    return Array.from({ length: count }, (_, index) => {
      const name = `${key}-${index + 1}.pdf`;
      const data = pdfText(name, version);
      const pdf: HandedIn = { key: name, version, data, done: false, withdrawn: false, copies: 0, pdfs: [] };
      this.pdfs.push(pdf);
      const number = Number(key.slice(1)) * 2 + index;
      const comes = at + decisions.choose("a PDF comes", number, PDF_COMES);
      const way = decisions.choose("a PDF's way", number, WAYS);
      this.write(pdf, name, comes, way, () => undefined, pdfText(`${name}?`, version));
      return pdf;
    });
  }

  /** `before`: what is there at first sight, where it is put right a moment later. */
  private write(
    document: HandedIn,
    name: string,
    at: number,
    way: (typeof WAYS)[number],
    finished: () => void,
    before: Buffer,
  ): void {
    const { data, version } = document;
    const path = `${this.world.outBox}/${name}`;
    const half = data.subarray(0, data.length >> 1);
    const write = (bytes: Buffer, to: string) => {
      const { tree } = this.world;
      const node = tree.create(to, bytes, Math.floor(this.world.scheduler.now));
      if (bytes === data) tree.syncFile(node);
    };
    const finish = () => {
      document.done = true;
      finished();
      this.world.tree.syncFolder(this.world.outBox);
    };
    const steps: (() => void)[] = [];
    if (way === "renamed") {
      steps.push(
        () => write(data, `${path}.tmp`),
        () => {
          this.replaces(path);
          this.world.tree.rename(`${path}.tmp`, path);
          finish();
        },
      );
    } else if (way === "at once") {
      steps.push(() => {
        write(data, path);
        finish();
      });
    } else if (way === "patched") {
      // Whole at first sight, and put right a moment later.
      steps.push(
        () => write(before, path),
        () => {
          write(data, path);
          finish();
        },
      );
    } else {
      const rest = way === "allocated" ? Buffer.alloc(data.length - half.length) : Buffer.alloc(0);
      steps.push(
        () => write(Buffer.concat([half, rest]), path),
        () => {
          write(data, path);
          finish();
        },
      );
    }
    this.run(`${name} version ${version}`, steps, at, way === "patched" ? 100 : 900);
  }

  /** The newer version takes the place of the one that lies there. */
  private replaces(path: string): void {
    const there = this.world.tree.node(path);
    if (there?.kind !== "file") return;
    const before = this.handedIn.find(({ data }) => data.equals(there.data));
    if (before) before.withdrawn = true;
  }

  private run(what: string, steps: readonly (() => void)[], at: number, longest: number, all = steps): void {
    const { world } = this;
    const [step, ...others] = steps;
    if (!step) return;
    this.open++;
    world.outsider(at, () => {
      if (!world.tree.folders.has(world.outBox)) {
        this.open--;
        this.run(what, steps, world.scheduler.now + 500, longest, all);
        return;
      }
      this.open--;
      world.tell("producer", `${what}${others.length > 0 ? " begins" : " is whole"}`);
      const pause = 20 + world.decisions.draw() * longest;
      try {
        step();
      } catch {
        // What it wrote has gone with the power: it begins anew.
        this.run(what, all, world.scheduler.now + pause, longest);
        return;
      }
      world.changed(world.outBox);
      this.run(what, others, world.scheduler.now + pause, longest, all);
    });
  }
}
