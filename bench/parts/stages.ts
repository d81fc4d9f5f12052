import { createHash, createPrivateKey, sign as softwareSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../lib/business/inspect.js";
import { openLedger } from "../../lib/ledger/index.js";
import { SchemaStore } from "../../lib/model/schema-store.js";
import { preflightInTurns } from "../../lib/preflight/index.js";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { documentRow, step } from "../../test/support/rows.js";
import { inLanes } from "./measure.js";

/** Milliseconds of processor time that a document takes in one stage, alone. */
export interface StageFigures {
  stage: string;
  ours: number;
  /** The least that does the same. */
  floor?: number;
}

async function each(count: number, lanes: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const cpu = process.cpuUsage();
  await inLanes(indexes, lanes, work);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1000 / count;
}

/** Each stage of a document's way that is made of processor time, in this process. `rows`: the ledger is as large before. */
export async function stages(dir: string, keyFile: string, count: number, rows = 0): Promise<StageFigures[]> {
  const lib = await import("libxml2-wasm");
  const schema = lib.XmlDocument.fromBuffer(readFileSync(join(__dirname, "..", "..", "schemas", "DEC.xsd")));
  const validator = lib.XsdValidator.fromDoc(schema);
  const store = new SchemaStore();
  const xmls = Array.from({ length: count }, () => decXml({ operType: "G" }));
  const xml = (index: number) => xmls[index] as Buffer;
  const found: StageFigures[] = [];
  const { region: _region, ...identity } = DEMO_IDENTITY;

  const check = async (index: number) => {
    const inspection = await inspect(xml(index), "a.xml");
    await store.validate(inspection);
    await preflightInTurns({
      ...{ ...inspection, kind: inspection.kind, business: "DecCus001", fileName: "a.xml" },
      client: { environment: "test", ...identity },
    });
  };
  const alone = async (index: number) => {
    const document = lib.XmlDocument.fromBuffer(xml(index));
    try {
      validator.validate(document);
    } catch {
      // What it says does not matter here.
    }
    document.dispose();
  };
  await each(Math.min(count, 200), 1, check);
  await each(Math.min(count, 200), 1, alone);
  found.push({ stage: "check", ours: await each(count, 1, check), floor: await each(count, 1, alone) });

  const key = createPrivateKey(readFileSync(keyFile));
  const hash = async (index: number) => createHash("sha256").update(xml(index)).digest("hex");
  const sign = async (index: number) => softwareSign("sha256", xml(index), key);
  found.push({ stage: "sha256", ours: await each(count, 1, hash) });
  found.push({ stage: "software signature", ours: await each(count, 1, sign) });

  const ledger = await openLedger(join(dir, "stages.db"));
  const fill = Array.from({ length: rows }, (_, index) => index);
  await inLanes(fill, 500, async () => ledger.claim(documentRow({ clientKey: freshKey(), settled: true })));
  const journal = async () => {
    const row = documentRow({ clientKey: freshKey(), fileName: `${freshKey()}.xml`, sha256: freshKey() });
    await ledger.claim(row, { sameKey: true });
    await ledger.transition(row.id, step("sending"), { sendingAt: 1, wire: "{}" }, { event: "sending" });
    await ledger.transition(row.id, step("sent"), { sentAt: 2 }, { event: "sent" });
    await ledger.update(row.id, { settled: true, box: "SentBox" }, { event: "settled" });
  };
  await each(200, 20, journal);
  found.push({ stage: `ledger, 20 in flight, ${rows} rows before`, ours: await each(count, 20, journal) });
  await ledger.close();
  await store.close();
  validator.dispose();
  schema.dispose();
  return found;
}
