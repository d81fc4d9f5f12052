import { release } from "node:os";
import { extname } from "node:path";
import { shown } from "../archive/names.js";
import type { ZipEntry } from "../archive/types.js";
import { writeZip } from "../archive/write.js";
import { messageOf, unknownDocument } from "../errors.js";
import { timeStamp } from "../files/names.js";
import type { DocumentRow, EventRow } from "../ledger/index.js";
import { maskSecrets } from "../mask.js";
import { Turn } from "../turn.js";
import { packageVersion } from "../version.js";
import { filesOf, safeName } from "./document-files.js";
import type { ImportClient } from "./import-client.js";

export interface BundleOptions {
  /** The text of the connection test, or why there is none. */
  diagnosis: string;
  /** Version of Node-RED. */
  nodeRed: string;
}

export interface Bundle {
  /** `SW-support_<file's name>_<time>.zip`. */
  fileName: string;
  bytes: Buffer;
}

/** A file beyond this stays out of the bundle, and the bundle says so: it is to go by e-mail. */
const LARGEST_FILE = 20 * 1024 * 1024;
const LARGEST_BUNDLE = 60 * 1024 * 1024;

/**
 * All that the service desk asks for about one document, as a ZIP (faq 9): the file, its row, its events, its receipts
 * with their bytes, the lines of the daily log that name it, the connection test, who we are and which versions. Texts go
 * through the mask for passwords, and no setting that holds a secret is read. Rejects with SW-UNKNOWN-DOCUMENT.
 */
export async function supportBundle(client: ImportClient, id: string, options: BundleOptions): Promise<Bundle> {
  const story = await client.ledger.story(id);
  if (!story) throw unknownDocument();
  const { document, events, receipts } = story;
  const now = client.clock.now();
  const parts = new Parts(client);
  parts.text("about.txt", about(client, document, options, now));
  parts.text("document.json", json(document));
  parts.text("events.txt", events.map(eventLine).join("\n"));
  parts.text("receipts.json", json(receipts));
  parts.text(
    "log.txt",
    (
      await client.logLinesOf(
        id,
        events.map(({ at }) => at),
      )
    ).join("\n"),
  );
  parts.text("diagnose.txt", options.diagnosis);
  await parts.files(filesOf(client, document, receipts));
  const zip = await writeZip(parts.entries(), { at: now });
  const name = safeName(document.fileName.slice(0, document.fileName.length - extname(document.fileName).length));
  return { fileName: `SW-support_${name}_${timeStamp(now)}.zip`, bytes: zip };
}

/** The entries of a bundle, within its size. */
class Parts {
  private readonly list: ZipEntry[] = [];
  private readonly left: string[] = [];
  private size = 0;

  constructor(private readonly client: ImportClient) {}

  text(name: string, content: string): void {
    this.list.push({ name, bytes: Buffer.from(`${maskSecrets(content)}\n`, "utf8") });
  }

  async files(files: Iterable<{ name: string; path: string }>): Promise<void> {
    const { clock, files: store } = this.client;
    const turn = new Turn(clock);
    for (const { name, path } of files) {
      await turn.over();
      try {
        const size = store.disk.facts(path)?.size;
        if (size === undefined) throw new Error("it is not there");
        if (size > LARGEST_FILE || this.size + size > LARGEST_BUNDLE) {
          this.left.push(`${shown(name)}: ${size} bytes, too large`);
          continue;
        }
        this.size += size;
        this.list.push({ name: safeName(name), bytes: await store.disk.readLarge(path) });
      } catch (error) {
        // What went out as it was claimed is not kept a second time.
        if (!name.startsWith("sent_")) this.left.push(`${shown(name)}: ${messageOf(error)}`);
      }
    }
  }

  entries(): ZipEntry[] {
    if (this.left.length > 0) this.text("left-out.txt", this.left.join("\n"));
    return this.list;
  }
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

function eventLine({ at, event, code, text }: EventRow): string {
  return [new Date(at).toISOString(), event, code, text].map(shown).join("\t");
}

function about(client: ImportClient, document: DocumentRow, options: BundleOptions, now: number): string {
  const { environment, clientId, orgCode, customsCode, region } = client.settings;
  const time = (at: number) => (at > 0 ? new Date(at).toISOString() : "尚无 / not yet");
  return [
    `生成时间 made: ${time(now)}`,
    `版本 versions: @single-window/node-red-import-client ${packageVersion()}, Node-RED ${options.nodeRed}, Node.js ${process.version}`,
    `系统 system: ${process.platform} ${process.arch} ${release()}`,
    `环境 environment: ${environment}`,
    `客户端 ID client id: ${clientId}`,
    `组织机构代码 organisation code: ${orgCode}`,
    `海关编码 customs code: ${customsCode}`,
    `关区 region: ${region}`,
    "",
    `文件 file: ${shown(document.fileName)}`,
    `业务 business: ${document.business} ${document.messageType}`,
    `单据号 document: ${document.id}`,
    `状态 state: ${document.state} ${shown(document.code)}`,
    `企业内部编号 own number: ${shown(document.clientKey)}`,
    `统一编号 SeqNo: ${shown(document.seqNo)}`,
    `海关编号 customs number: ${shown(document.customsNo)}`,
    `发送时间 sent: ${time(document.sentAt)}`,
    `导入回执 import receipt: ${time(document.importReceiptAt)}`,
    `业务回执 business receipt: ${time(document.businessReceiptAt)}`,
  ].join("\n");
}
