import { join } from "node:path";
import { localReceipt } from "../advice/index.js";
import type { BoxContext } from "../boxes/context.js";
import { Places } from "../boxes/places.js";
import { type Examination, examine } from "../compose/examine.js";
import { bothLanguages } from "../errors.js";
import { looksComplete } from "../files/complete.js";
import { assertNoFile } from "../files/make-folder.js";
import { isNoise, isUnfinishedName } from "../files/names.js";
import { sha256Of } from "../sha256.js";
import type { ClientSettings } from "./settings.js";

/** Beside OutBox, made by whoever wants files checked and not sent. */
export const CHECK_BOX = "CheckBox";
/** In it: where a file goes when it has been checked, and where its report lies. */
const DONE = "Checked";
const RESULT = "Result";

/** Files that are checked in one go, and bytes of the largest one: what is larger is said to be so. */
const MOST = 20;
const LARGEST = 64 * 1024 * 1024;

type Context = BoxContext & { readonly settings: ClientSettings };

/**
 * The CheckBox beside an OutBox, where there is one: a file in it is looked at as before a send, and nothing of it is sent. Its
 * report lies in `CheckBox/Result` as `<name>.json` (all findings, in both languages) and `<name>.xml` (the official local
 * form, `resultFlag` 1 when nothing stands in its way); then the file goes to `CheckBox/Checked`. No row, no card, no broker.
 */
export class CheckBoxes {
  /** How each file looked at the last look. */
  private seen: ReadonlyMap<string, string> = new Map();
  private readonly places: Places;

  constructor(private readonly context: Context) {
    this.places = new Places(context);
  }

  /** Checks the files that have not changed since the last look. */
  async look(): Promise<void> {
    const { disk } = this.context.files;
    const seen = new Map<string, string>();
    let left = MOST;
    for (const { code, path } of this.context.folders.withOutBox()) {
      const box = join(path, CHECK_BOX);
      const place = `${code}/${CHECK_BOX}`;
      await this.places.at(place, async () => {
        if (!disk.isFolder(box)) return;
        // Told once for the box, before any of its files is looked at in vain.
        for (const name of [RESULT, DONE]) assertNoFile(disk, join(box, name));
        for (const { name, kind } of disk.list(box)) {
          if (kind !== "file" || isUnfinishedName(name) || isNoise(name)) continue;
          const file = join(box, name);
          const facts = disk.facts(file);
          if (!facts) continue;
          const look = `${facts.size} ${facts.modified} ${facts.inode}`;
          const checked = async () => {
            const same = this.seen.get(file) === look && left > 0;
            if (!same || (facts.size <= LARGEST && !looksComplete(disk, file, facts.size))) return false;
            left--;
            await this.check(code, box, name, facts.size);
            return true;
          };
          let done = false;
          await this.places.at(`${place}/${name}`, async () => {
            done = await checked();
          });
          if (!done) seen.set(file, look);
        }
      });
    }
    this.seen = seen;
  }

  private async check(business: string, box: string, name: string, size: number): Promise<void> {
    const { files, settings } = this.context;
    const schemas = settings.schemas === "" ? [] : [settings.schemas];
    const found =
      size > LARGEST
        ? tooLarge(size)
        : await examine(await files.disk.readLarge(join(box, name)), name, { schemas, business, client: settings });
    const result = this.folder(box, RESULT);
    const report = { file: name, business, ...found };
    for (const [extension, bytes] of [
      ["json", Buffer.from(`${JSON.stringify(report, null, 2)}\n`)],
      ["xml", asRoot(found)],
    ] as const) {
      await files.writeNew(result, `${name}.${extension}`, bytes, sha256Of(bytes));
    }
    await files.place(join(box, name), this.folder(box, DONE), name);
    this.context.notice(
      "SW-CHECKED",
      `${business}/${CHECK_BOX} ${name}：${found.ok ? "无错误" : "有错误"}`,
      `${business}/${CHECK_BOX} ${name}: ${found.ok ? "no error" : "errors"}`,
    );
  }

  private folder(box: string, name: string): string {
    const path = join(box, name);
    this.context.files.makeFolder(path);
    return path;
  }
}

function tooLarge(size: number): Examination {
  const text = { zh: `文件过大，不检查：${size} 字节`, en: `too large to be checked: ${size} bytes` };
  return { ok: false, messageType: "", clientKey: "", checks: [], fault: { code: "SW-SIZE", text } };
}

/** The official form of a local result. */
function asRoot({ ok, fault, checks }: Examination): Buffer {
  if (ok) {
    const warnings = checks.map(({ path, text }) => `${path} ${bothLanguages(text)}`);
    return Buffer.from(
      localReceipt("", warnings).toString("utf8").replace("<resultFlag>0</resultFlag>", "<resultFlag>1</resultFlag>"),
    );
  }
  if (fault) return localReceipt(fault.code, bothLanguages(fault.text));
  const errors = checks.filter(({ severity }) => severity === "error");
  return localReceipt(
    errors[0]?.rule ?? "SW-RULE",
    errors.map(({ path, line, text }) => `${path} (${line}) ${bothLanguages(text)}`),
  );
}
