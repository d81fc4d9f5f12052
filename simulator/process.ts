import { createHash } from "node:crypto";
import { businessReceipts, type Due, stuckReceipts } from "./answers/business.js";
import { importReceipt } from "./answers/import.js";
import type { Answer } from "./answers/types.js";
import { firstFault } from "./faults/index.js";
import { keyOf } from "./faults/repeated-key.js";
import { type FirstAnswer, Memory } from "./memory.js";
import { againstOfficial } from "./official.js";
import { type Opened, open } from "./open.js";
import { type Recognised, recognise } from "./recognise.js";
import type { Mode } from "./settings.js";
import { checkDetached, checkEnveloping, type SignatureCheck, type SignatureHeaders, type Trust } from "./signature.js";
import { textAt } from "./tree.js";

/** A message as it came from the send queue. */
export interface Arrived {
  body: Buffer;
  /** Empty when the sender gave none; such a message is never a duplicate. */
  messageId: string;
  /** Folder code in the headers; only used to answer what cannot be read. */
  business: string;
  headers: SignatureHeaders;
}

/** What becomes of a message. */
export interface Story {
  outcome: "accepted" | "refused" | "stuck" | "unanswered" | "duplicate";
  /** The rule that decided, empty when all is well. */
  rule: string;
  /** For the log. */
  why: string;
  type: string;
  key: string;
  seqNo: string;
  signature: string;
  /** Its first answer's time; the import receipt repeats it. */
  at: number;
  importReceipt: Answer | undefined;
  business: Due[];
  /** The same message id came with other bytes than before. */
  bytesDiffer?: boolean;
}

export interface DeskOptions {
  clientId: string;
  trust: Trust;
  /** How documents are judged; default `faq`. */
  mode?: Mode;
  /** Folder of the official XSDs. */
  schemas?: string;
  memory?: Memory;
  now?: () => number;
}

const GOOD: Record<string, string> = { manifest: "成功" };

/** The data centre's counter: takes messages one at a time and decides what each is answered. */
export class Desk {
  private readonly memory: Memory;
  private readonly now: () => number;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: DeskOptions) {
    this.memory = options.memory ?? new Memory();
    this.now = options.now ?? Date.now;
  }

  /** Fresh numbers for a receipt on demand that names none. */
  numbers(): { seqNo: string; customsNo: string; clientId: string; at: number } {
    const at = this.now();
    const { clientId } = this.options;
    return { seqNo: this.memory.seqNo(at), customsNo: `530020241${this.memory.serial(at)}`, clientId, at };
  }

  /** One at a time, so that a message and its repeat cannot both be the first. */
  judge(arrived: Arrived): Promise<Story> {
    const story = this.tail.then(() => this.decide(arrived));
    this.tail = story.catch(() => undefined);
    return story;
  }

  private async decide(arrived: Arrived): Promise<Story> {
    const { messageId, body } = arrived;
    const sha256 = createHash("sha256").update(body).digest("hex");
    const before = messageId === "" ? undefined : this.memory.answers.get(messageId);
    if (before) return repeated(before, sha256, this.options.clientId);

    const at = this.now();
    const opened = open(body);
    const document = await recognise(opened);
    const first: FirstAnswer = {
      sha256,
      at,
      outcome: "unanswered",
      rule: "",
      code: "",
      text: "",
      keyless: false,
      family: "",
      type: document?.type ?? "",
      key: document?.key ?? "",
      seqNo: "",
      functionCode: document?.family === "manifest" ? textAt(document.body, "Head/FunctionCode") : "",
      sender: document?.family === "manifest" ? textAt(document.body, "Head/SenderID") : "",
    };
    const story = document ? await this.answer(arrived, opened, document, first) : unreadable(arrived, opened, first);
    if (messageId !== "") this.memory.answers.set(messageId, { ...first, outcome: story.outcome, rule: story.rule });
    return story;
  }

  private async answer(arrived: Arrived, opened: Opened, document: Recognised, first: FirstAnswer): Promise<Story> {
    const { memory } = this;
    const { clientId } = this.options;
    const signature = await this.signatureOf(arrived, opened, document);
    const { mode = "faq", schemas = "" } = this.options;
    const submission = { messageId: arrived.messageId, clientId, opened, document, signature, memory };
    const wrong = mode === "official" ? await againstOfficial(document, schemas) : undefined;
    const fault =
      firstFault(submission, mode) ??
      (wrong === undefined
        ? undefined
        : ({ rule: "official-xsd", verdict: { kind: "refuse", code: wrongCode(document), text: wrong } } as const));
    const story: Story = {
      outcome: "accepted",
      rule: fault?.rule ?? "",
      why: "",
      type: document.type,
      key: document.key,
      seqNo: "",
      signature: signature.state === "valid" ? "valid" : `${signature.state}: ${signature.why}`,
      at: first.at,
      importReceipt: undefined,
      business: [],
    };
    if (fault?.verdict.kind === "silence") return { ...story, outcome: "unanswered", why: fault.verdict.why };
    first.family = document.family;
    if (fault?.verdict.kind === "refuse") {
      const { code, text, keyless = false }: { code: string; text: string; keyless?: boolean } = fault.verdict;
      Object.assign(first, { code, text, keyless });
      return { ...story, outcome: "refused", why: text, importReceipt: importReceipt(first, clientId) };
    }
    first.code = "0";
    first.text = GOOD[document.family] ?? "导入成功";
    first.seqNo = document.family === "manifest" ? "" : modifiedNumber(document) || memory.seqNo(first.at);
    const key = keyOf(document);
    if (key !== "") memory.keys.set(key, arrived.messageId);
    const accepted = { document, seqNo: first.seqNo, clientId, memory, now: first.at };
    const stuck = fault?.verdict.kind === "stick" ? fault.verdict.why : undefined;
    return {
      ...story,
      outcome: stuck === undefined ? "accepted" : "stuck",
      why: stuck ?? "",
      seqNo: first.seqNo,
      importReceipt: importReceipt(first, clientId),
      business: stuck === undefined ? businessReceipts(accepted) : stuckReceipts(accepted),
    };
  }

  private async signatureOf(arrived: Arrived, opened: Opened, document: Recognised): Promise<SignatureCheck> {
    const { trust } = this.options;
    if (document.signed === "around") return await checkEnveloping(document.xml, trust, this.now());
    if (document.signed === "inside") return { state: "unchecked", why: "in the document" };
    return checkDetached(opened.content, arrived.headers, trust, this.now());
  }
}

/** What a document that breaks its XSD is answered: 跨境电商 has a code of its own for it. */
function wrongCode({ family }: Recognised): string {
  return family === "ceb" || family === "inv" || family === "trade" ? "-1" : "1";
}

/** A modification keeps the number that it has. */
function modifiedNumber(document: Recognised): string {
  return textAt(document.body, document.family === "dec" ? "DecHead/SeqNo" : "InvtHeadType/SeqNo");
}

/** The same message id again: the same import receipt and nothing else. */
function repeated(before: FirstAnswer, sha256: string, clientId: string): Story {
  return {
    outcome: "duplicate",
    rule: before.rule,
    why: `answered before: ${before.outcome}`,
    type: "",
    key: before.key,
    seqNo: before.seqNo,
    signature: "",
    at: before.at,
    importReceipt: importReceipt(before, clientId),
    business: [],
    ...(before.sha256 === sha256 ? {} : { bytesDiffer: true }),
  };
}

/** Not a document that is known here. A 报关单 folder gets a receipt without its key (formats, receipts); others nothing. */
function unreadable(arrived: Arrived, opened: Opened, first: FirstAnswer): Story {
  const story: Story = {
    outcome: "unanswered",
    rule: opened.folders.length > 0 ? "folder-in-zip" : opened.unreadable === undefined ? "unknown" : "unreadable",
    why: opened.unreadable ?? "no document that is known",
    type: "",
    key: "",
    seqNo: "",
    signature: "",
    at: first.at,
    importReceipt: undefined,
    business: [],
  };
  if (opened.unreadable !== undefined || opened.folders.length > 0 || !/^dec/i.test(arrived.business)) return story;
  Object.assign(first, { family: "dec", code: "1", text: "01暂存的业务报文格式数据不正确!", keyless: true });
  return { ...story, outcome: "refused", importReceipt: importReceipt(first) };
}
