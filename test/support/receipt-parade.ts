import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import type { DocumentRow, ReceiptRow } from "../../lib/ledger/index.js";
import type { Command } from "../../simulator/answers/on-demand.js";
import { SHAPES, type Shape, WRAPPERS } from "../../simulator/answers/shapes/index.js";
import { CASES } from "../lib/advice/faq-cases.js";
import { paradeDocument } from "./parade-documents.js";
import { openTheatre, Stage, type Theatre, until } from "./stage.js";

/** One receipt of the parade and what became of it. */
export interface Show {
  format: string;
  variant: string;
  wrapper: string;
  code: string;
  /** The message id of its delivery. */
  id: string;
  command: Command;
  /** Whose receipt it is; undefined for what no format fits. */
  documentId: string | undefined;
  /** Its row in the ledger, as the admin route of Node-RED gives it. */
  receipt?: ReceiptRow;
}

interface Part {
  shape: Shape;
  type: string;
  key: string;
  seqNo: string;
  customsNo: string;
  folder: string;
  fileName: string;
  documentId: string;
}

const IMPORT: Readonly<Record<string, { answer: string; code: string }>> = {
  DEC: { answer: "DecImportResponse", code: "0" },
  DECMOD: { answer: "DecImportResponse", code: "0" },
  MT1401: { answer: "HTRES4", code: "0" },
  COO: { answer: "FileRet", code: "1" },
  ACD: { answer: "ImportAgrResponse", code: "0" },
};

/** The good import receipt that brings a document its number before anything else comes. */
function importFor(type: string): { answer: string; code: string } {
  const known = IMPORT[type];
  if (known) return known;
  if (!type.startsWith("CEB")) return { answer: "CommonResponeMessage", code: "0" };
  const shape = SHAPES.find(
    ({ answers, variants }) => answers === type && "the message's guid is not ours" in variants,
  );
  return { answer: shape?.format ?? "", code: "2" };
}

/** Validation and rules are left out: the documents are only there to be answered. */
export function withoutChecks(nodes: Record<string, unknown>[]): void {
  const one = (type: string) => nodes.find((node) => node.type === type);
  const zip = one("sw-zip");
  if (zip) zip.wires = [[one("sw-card-sign")?.id]];
}

/**
 * Every receipt that the simulator knows, in every variant and with every code, through a real RabbitMQ and a real Node-RED
 * with the example flow into the InBoxes. `say` hears of each step.
 */
export class ReceiptParade {
  readonly shows: Show[] = [];
  private readonly parts: Part[] = [];
  private theatre: Theatre | undefined;
  private opened: Stage | undefined;

  get stage(): Stage {
    if (!this.opened) throw new Error("the parade has not begun");
    return this.opened;
  }

  async run(say: (line: string) => void = () => undefined): Promise<void> {
    this.theatre = await openTheatre();
    this.opened = new Stage(this.theatre, { clientId: "PARADE01", flow: withoutChecks, onlyOnDemand: true });
    await this.stage.startSimulator();
    await this.stage.startNodeRed();
    say("RabbitMQ, simulator and Node-RED are up");
    await this.handIn();
    say(`${this.parts.length} documents sent, one for each receipt format`);
    await this.show(this.parts.map((part) => this.opening(part)));
    await this.show(this.parts.flatMap((part) => this.everything(part)));
    await this.show([this.several()]);
    await this.show(await this.faq());
    await this.show(await this.byTimeOnly());
    say(`${this.shows.length} receipts given`);
    await this.collect();
  }

  /** A document for each format, so that each story in the sidebar shows one format. */
  private async handIn(): Promise<void> {
    for (const [index, shape] of SHAPES.entries()) {
      const type = shape.answers || "DEC";
      const serial = String(index).padStart(3, "0");
      const key =
        type === "ACD"
          ? `4403960${serial}`
          : type.startsWith("CEB")
            ? randomUUID().toUpperCase()
            : `PARADE-${type}-${serial}`;
      const fileName = `${serial} ${shape.format} 回执.xml`;
      const { folder, xml } = paradeDocument(type, key);
      mkdirSync(join(this.stage.root, folder, "OutBox"), { recursive: true });
      this.stage.drop(folder, fileName, xml);
      const seqNo = `00${String(2024 * 1_000_000 + index).padStart(16, "0")}`;
      this.parts.push({
        shape,
        type,
        key,
        seqNo,
        customsNo: `53002024${String(index).padStart(10, "0")}`,
        folder,
        fileName,
        documentId: "",
      });
    }
    await this.awaitSent(this.parts);
  }

  private async awaitSent(parts: Part[]): Promise<void> {
    let missing = "";
    await until(
      () => `every document sent (${missing})`,
      async () => {
        const rows = await this.documents();
        for (const part of parts) {
          const row = rows.find(({ fileName }) => fileName === part.fileName);
          if (row?.settled && row.sentAt > 0) part.documentId = row.id;
          else missing = `${part.fileName}: ${row?.state ?? "not there"} ${row?.code ?? ""} ${row?.text ?? ""}`;
        }
        return parts.every(({ documentId }) => documentId !== "");
      },
    );
  }

  private async documents(): Promise<DocumentRow[]> {
    return (await this.stage.ask<{ documents: DocumentRow[] }>("documents?limit=500")).documents;
  }

  private numbers({ key, seqNo, customsNo, fileName }: Part): Partial<Command> {
    return { key, seqNo, customsNo, fileName };
  }

  private opening(part: Part): Show {
    const { answer, code } = importFor(part.type);
    // Its own text: an import receipt has no time in it, and the same bytes again would be a repeat.
    return this.of(part, { answer, code, ...this.numbers(part), text: "导入成功" }, "opening");
  }

  /** Each variant with the first code, each code in the first variant, each wrapper around the first of both. */
  private everything(part: Part): Show[] {
    const { shape } = part;
    const answer = shape.format;
    const variants = Object.keys(shape.variants);
    const [first = ""] = shape.codes;
    const numbers = this.numbers(part);
    const shows = variants.map((variant) => this.of(part, { answer, variant, code: first, ...numbers }, variant));
    for (const code of shape.codes.slice(1)) {
      shows.push(this.of(part, { answer, code, ...numbers }, variants[0] ?? ""));
    }
    if (answer === "DEC_RESULT" || answer === "INV201" || answer === "unknown") {
      for (const wrapper of Object.keys(WRAPPERS)) {
        shows.push(
          this.of(part, { answer, code: first, wrapper, ...numbers, text: `包装 ${wrapper}` }, variants[0] ?? ""),
        );
      }
    }
    return shows;
  }

  /** Three receipts for three documents, and one that nobody knows, in one ZIP. */
  private several(): Show {
    const wanted = ["DEC_RESULT", "INV201", "SAS221"].map((format) => {
      const part = this.parts.find(({ shape }) => shape.format === format) as Part;
      return { part, command: { answer: format, ...this.numbers(part), text: "同一 ZIP" } };
    });
    const [first, ...others] = wanted;
    const { part, command } = first as (typeof wanted)[number];
    const and = [...others.map((other) => other.command), { answer: "unknown" }];
    return this.of(part, { ...command, wrapper: "ZIP", and }, "several in one ZIP, one of them unknown");
  }

  /** What the FAQ's items say, on the receipts that carry it: a document for each format. */
  private async faq(): Promise<Show[]> {
    const shows: Show[] = [];
    const parts: Part[] = [];
    const formats = {
      DecImportResponse: "DecImportResponse",
      CommonResponseMessage: "CommonResponeMessage",
      HTRES4: "HTRES4",
      Root: "Root",
    };
    for (const [format, answer] of Object.entries(formats)) {
      const shape = SHAPES.find((candidate) => candidate.format === answer) as Shape;
      const type = shape.answers || "DEC";
      const key = `FAQ-${format}`;
      const { folder, xml } = paradeDocument(type, key);
      const part: Part = {
        shape,
        type,
        key,
        seqNo: "",
        customsNo: "",
        folder,
        fileName: `FAQ ${format}.xml`,
        documentId: "",
      };
      this.stage.drop(folder, part.fileName, xml);
      parts.push(part);
    }
    await this.awaitSent(parts);
    this.parts.push(...parts);
    for (const { item, query } of CASES) {
      const answer = formats[query.format as keyof typeof formats];
      const part = parts.find(({ shape }) => shape.format === answer);
      if (!part) continue;
      const command = { answer, code: query.code, text: query.text, key: part.key, fileName: part.fileName };
      shows.push(this.of(part, command, `FAQ ${item}`));
    }
    return shows;
  }

  /** A refusal without any number and any file name, while one manifest alone waits (faq 16). */
  private async byTimeOnly(): Promise<Show[]> {
    const shape = SHAPES.find(({ format }) => format === "HTRES4") as Shape;
    const key = "PARADE-MT1401-alone";
    const part: Part = {
      shape,
      type: "MT1401",
      key,
      seqNo: "",
      customsNo: "",
      folder: "Rmft",
      fileName: "仅时间.xml",
      documentId: "",
    };
    this.stage.drop("Rmft", part.fileName, paradeDocument("MT1401", key).xml);
    await this.awaitSent([part]);
    this.parts.push(part);
    const command = {
      answer: "HTRES4",
      variant: "Head empty (gateway error)",
      code: "-900517",
      text: "报文中不存在MessageType端点",
    };
    return [this.of(part, command, "Head empty, no file name")];
  }

  private of(part: Part, command: Command, variant: string): Show {
    const { shape, documentId } = part;
    return {
      format: shape.format,
      variant,
      wrapper: command.wrapper ?? "",
      code: command.code ?? shape.codes[0] ?? "",
      id: `parade-${randomUUID()}`,
      command,
      documentId: command.answer === "unknown" ? undefined : documentId,
    };
  }

  /** Asks the simulator, and waits until each receipt lies in an InBox. */
  private async show(shows: readonly Show[]): Promise<void> {
    const { broker } = this.theatre as Theatre;
    const connection = await connect(
      {
        hostname: broker.host,
        port: broker.port,
        username: broker.user,
        password: broker.password,
        vhost: broker.vhost,
      },
      { noDelay: true },
    );
    const channel = await connection.createConfirmChannel();
    for (const { id, command } of shows) {
      channel.sendToQueue(`Q_Command${this.stage.clientId}`, Buffer.from(JSON.stringify(command)), { messageId: id });
    }
    await channel.waitForConfirms();
    await connection.close();
    this.shows.push(...shows);
    let missing = 0;
    await until(
      () => `${missing} of ${shows.length} receipts still under way`,
      () => {
        const filed = this.stage.filedReceipts();
        missing = shows.filter(({ id }) => !filed.has(id)).length;
        return missing === 0;
      },
      180_000,
    );
  }

  private readonly stories = new Map<string, readonly ReceiptRow[]>();

  /** Every receipt of a document, as the admin route gives them. */
  storedFor(documentId: string): readonly ReceiptRow[] {
    return this.stories.get(documentId) ?? [];
  }

  /** What became of each receipt, by the story of its document. */
  private async collect(): Promise<void> {
    const rows = new Map<string, ReceiptRow>();
    for (const { documentId } of this.parts) {
      const { receipts } = await this.stage.ask<{ receipts: ReceiptRow[] }>(`documents/${documentId}`);
      this.stories.set(documentId, receipts);
      for (const receipt of receipts) if (!rows.has(receipt.messageId)) rows.set(receipt.messageId, receipt);
    }
    for (const show of this.shows) {
      const receipt = rows.get(show.id);
      if (receipt) show.receipt = receipt;
    }
  }

  async close(): Promise<void> {
    await this.opened?.close();
    await this.theatre?.close();
  }
}
