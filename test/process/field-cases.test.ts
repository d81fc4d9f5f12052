import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DocumentRow, ReceiptRow } from "../../lib/ledger/index.js";
import { DEMO_IDENTITY } from "../../simulator/samples/index.js";
import { assertEvidence, fieldDirectories } from "../support/field-table.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

interface FieldCase {
  name: string;
  folder: string;
  file: string;
  bytes: Buffer;
}

/** Empty whole numbers: the platform's own answer refuses them (faq 14). */
const REFUSED = new Map([["09-dec-empty-optionals", "SW-XSD"]]);
/** A type that nobody knows, in a folder that the table names, and in one that it does not. */
const SET: FieldCase = {
  name: "a row",
  folder: "Exb",
  file: "unknown-set.xml",
  bytes: Buffer.from("<Unknown><No>1</No></Unknown>"),
};
const UNSET: FieldCase = {
  name: "no row",
  folder: "Newone",
  file: "unknown-unset.xml",
  bytes: Buffer.from('<Unknown xmlns="urn:new"><No>2</No></Unknown>'),
};
/** The card that the cases name. */
const CARD = "2100030000001";
/** No answer of the platform's is public for what nobody knows. */
const UNANSWERED = new Set([SET.name]);

describe("documents as producers write them, through OutBox and InBox of a real Node-RED", function () {
  this.timeout(720_000);
  let theatre: Theatre;
  let stage: Stage;
  const stories = new Map<string, { document: DocumentRow; receipts: ReceiptRow[] }>();
  const cases: FieldCase[] = fieldDirectories("field-cases").map(({ name, facts, read }) => {
    const { file, folder } = facts as { file?: string; folder?: string };
    return { name, file: file ?? "", folder: folder ?? "", bytes: read(file ?? "") };
  });
  const all = [...cases, SET, UNSET];
  const storyOf = ({ file }: FieldCase) => {
    const story = stories.get(file);
    assert.ok(story, `${file} was never claimed`);
    return story;
  };

  before(async () => {
    theatre = await openTheatre(undefined, CARD);
    stage = new Stage(theatre, {
      clientId: DEMO_IDENTITY.clientId,
      mode: "lenient",
      flow: (nodes) => {
        for (const node of nodes) {
          if (node.type === "sw-import-client")
            node.folders = JSON.stringify([{ folder: SET.folder, profile: "detached", pack: "zip", receiver: "" }]);
        }
      },
    });
    await stage.startSimulator();
    await stage.startNodeRed();
    const handIn = (list: readonly FieldCase[]) => {
      for (const { folder, file, bytes } of list) {
        mkdirSync(join(stage.root, folder, "OutBox"), { recursive: true });
        stage.drop(folder, file, bytes);
      }
    };
    // Refused ones first: another case has the same own number, which is free again once it has failed.
    handIn(all.filter(({ name }) => REFUSED.has(name)));
    await until(
      "the refused ones at their end",
      () => stage.rows().filter(({ settled }) => settled).length === REFUSED.size,
    );
    handIn(all.filter(({ name }) => !REFUSED.has(name)));
    const done = async (one: FieldCase) => {
      const story = stories.get(one.file);
      if (!story) return false;
      if (one === UNSET) return story.document.code === "SW-TYPE";
      if (REFUSED.has(one.name)) return story.document.state === "failed";
      if (UNANSWERED.has(one.name)) return story.document.state === "sent";
      return story.document.state === "accepted" && story.receipts.some(({ filed }) => filed);
    };
    const left: string[] = [];
    await until(
      () => `each at its end: ${left.join("; ")}`,
      async () => {
        const { documents } = await stage.ask<{ documents: DocumentRow[] }>("documents?limit=100");
        for (const { id, fileName } of documents) stories.set(fileName, await stage.ask(`documents/${id}`));
        left.length = 0;
        for (const one of all) {
          const { state, code, text } = stories.get(one.file)?.document ?? {};
          if (!(await done(one))) left.push(`${one.name} ${state} ${code} ${text}`);
        }
        return left.length === 0;
      },
      120_000,
    );
  });
  after(async () => {
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  for (const one of cases) {
    const code = REFUSED.get(one.name);
    it(`${one.name} ${code ? `is refused by what the platform answers: ${code}` : "is sent and answered"}`, () => {
      const { document, receipts } = storyOf(one);
      assert.deepEqual([document.code, document.box], [code ?? "", code ? "FailBox" : "SentBox"]);
      const answers = receipts.map(({ kind, format }) => (kind === "import" ? format : "")).filter(Boolean);
      const after = [`document ${document.state}`, document.code, ...new Set(answers)].filter(Boolean);
      assertEvidence(one.name, after.join(", "));
      if (code) return;
      assert.ok(receipts.length > 0 && receipts.every(({ kind }) => kind !== "local"));
      const inBox = stage.files(one.folder, "InBox");
      for (const { file } of receipts) assert.ok(inBox.includes(file), file);
    });
  }

  it("what was signed by the card verifies; what a producer wrapped goes out as it came", () => {
    const judged = stage.simulated().filter(({ event }) => event === "judged");
    assert.equal(judged.length, cases.length - REFUSED.size + 1);
    for (const { signature, clientKey } of judged.filter(({ type }) => type !== ""))
      assert.match(String(signature), /^valid|^unchecked/, String(clientKey));
    const wrapped = cases.find(({ name }) => name.startsWith("15-")) as FieldCase;
    const [sent] = stage
      .simulated()
      .filter(({ event, fileName }) => event === "delivered" && fileName === wrapped.file);
    assert.equal(sent?.sha256, storyOf(wrapped).document.sha256);
  });

  it("a type that nobody knows goes the way of its folder, and waits where there is none: nothing fails", () => {
    const [sent] = stage.simulated().filter(({ event, fileName }) => event === "delivered" && fileName === SET.file);
    assert.equal(sent?.contentType, "application/zip");
    const { document } = storyOf(UNSET);
    assert.deepEqual([document.state, document.settled, document.box], ["claimed", false, "TempBox"]);
    assert.deepEqual(stage.files(UNSET.folder, "FailBox"), []);
    assert.ok(!all.some((one) => storyOf(one).document.code === "C134"));
  });
});
