import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DocumentRow, ReceiptRow } from "../../lib/ledger/index.js";
import { type Field, modelOf } from "../../lib/model/model.js";
import { answersOf } from "../../lib/receipts/record.js";
import { DEMO_IDENTITY, digits } from "../../simulator/samples/index.js";
import { listedTypes } from "../lib/business/types-page.js";
import { generateDocument } from "../support/generate-documents.js";
import type { GeneratedType } from "../support/generated/options.js";
import { made, written } from "../support/model-documents.js";
import { paradeDocument } from "../support/parade-documents.js";
import { Random } from "../support/random.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

/** Types of which our checks want more than the numbers that receipts go by. */
const GENERATED: readonly GeneratedType[] = ["DEC", "INV101", "SAS121", "ICP101", "MT1401", "MT2401", "MT2101"];

function documentOf(type: string, key: string): { folder: string; xml: Buffer } {
  const model = /^CEB/.test(type) ? modelOf(type) : undefined;
  if (model) {
    const xml = written(made([...model.roots.values()][0] as Field, "least", new Random(Number(key.slice(-6)))), model);
    return { folder: paradeDocument(type, key).folder, xml: Buffer.from(xml) };
  }
  const generated = GENERATED.find((one) => one === type);
  if (!generated) return paradeDocument(type, key);
  const { business, xml } = generateDocument({ type: generated, seed: Number(key.slice(-6)) }, DEMO_IDENTITY);
  return { folder: business, xml };
}

/** Of the families that docs/types.md tells of, types that nobody has listed. */
const UNLISTED = ["MT9101", "ELBP101", "SAS191"];

describe("every type of docs/types.md, through a real Node-RED and the simulator", function () {
  this.timeout(900_000);
  let theatre: Theatre;
  let stage: Stage;
  const listed = listedTypes().map(({ kind }) => kind);
  const types = [...listed.map(({ type }) => type), ...UNLISTED];
  const fileOf = (type: string) => `${type}.xml`;
  const stories = new Map<string, { document: DocumentRow; receipts: ReceiptRow[] }>();

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, { clientId: DEMO_IDENTITY.clientId, mode: "lenient" });
    await stage.startSimulator();
    await stage.startNodeRed();
    for (const type of types) {
      const { folder, xml } = documentOf(type, digits(18));
      mkdirSync(join(stage.root, folder, "OutBox"), { recursive: true });
      stage.drop(folder, fileOf(type), xml);
    }
    const open = () => stage.rows().filter(({ state, settled }) => !settled || state === "sent");
    await until(
      () =>
        `each is answered: ${open().map(({ fileName, state, code }) => [fileName, state, code].join(" "))}; in all ${stage.rows().length}`,
      () => stage.rows().length === types.length && open().length === 0,
      150_000,
    );
    for (const { id, fileName } of stage.rows()) stories.set(fileName, await stage.ask(`documents/${id}`));
  });
  after(async () => {
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  it("is sent and taken, by an import receipt of its own: none is refused, none ends in C134", () => {
    const ends = types.map((type) => [type, stories.get(fileOf(type))?.document] as const);
    const bad = ends.filter(([, document]) => document?.state !== "accepted");
    assert.deepEqual(
      bad.map(([type, document]) => [type, document?.state, document?.code, document?.text].join(" ")),
      [],
    );
    for (const type of types) {
      const { document, receipts } = stories.get(fileOf(type)) ?? {};
      assert.deepEqual([document?.state, document?.code, document?.messageType], ["accepted", "", type]);
      const answer = receipts?.find(({ kind }) => kind === "import");
      const wanted = listed.find((kind) => kind.type === type)?.receipts.import ?? [];
      const known =
        answer && (UNLISTED.includes(type) ? answersOf(answer.format).length > 0 : wanted.includes(answer.format));
      assert.ok(known, `${type}: ${answer?.format}`);
      assert.ok(answer?.filed && answer.matchedBy !== "", type);
    }
    assert.ok(types.length >= 45 + UNLISTED.length, String(types.length));
  });

  it("is known to the simulator by what it is, with a signature that holds where it looks into one", () => {
    const judged = stage.simulated().filter(({ event }) => event === "judged");
    assert.deepEqual(judged.map(({ type }) => type).sort(), [...types].sort());
    for (const { type, outcome, signature } of judged) {
      assert.equal(outcome, "accepted", String(type));
      assert.match(String(signature), /^(?:valid|unchecked)/, String(type));
    }
  });
});
