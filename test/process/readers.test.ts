import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import { OFFICIAL } from "../../lib/client/names-settings.js";
import type { Command } from "../../simulator/answers/on-demand.js";
import { decXml, freshKey, invtZip } from "../../simulator/samples/index.js";
import { elsewhere, removeElsewhere } from "../support/elsewhere.js";
import { type Boxes, type Note, READERS, type Reader } from "../support/readers/index.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const EVIDENCE = join(__dirname, "..", "..", "docs", "evidence", "readers.md");

/** What the producer calls its document, between `I_` and `_t-1`, and its file's ending. */
const NAMES: readonly (readonly [own: string, ending: string])[] = [
  ["浙A00001", "xml"],
  ["A 0 1", "xml"],
  ["A.2024.01", "xml"],
  ["A-4", "XML"],
];

/** What becomes of it: taken, refused by the platform, answered by customs, refused by us. */
const OUTCOMES = ["success", "failure", "business", "refusal"] as const;
type Outcome = (typeof OUTCOMES)[number];

const TITLES: Record<Outcome, string> = {
  success: "导入成功 success",
  failure: "导入失败 failure",
  business: "业务回执 business receipt",
  refusal: "本地拒绝 local refusal",
};

interface Handed {
  folder: "DecCus001" | "Sas";
  outcome: Outcome;
  fileName: string;
  own: string;
  key: string;
  seqNo: string;
}

/** Names of customs' own have no number: nobody can find one by it, at the official client neither. */
const nothingToFind = (reader: Reader, { folder, outcome }: Handed) =>
  reader.name.includes("字样") && folder === "Sas" && outcome === "business";

describe("programs that were written for the official client's boxes", function () {
  this.timeout(900_000);
  let theatre: Theatre;
  let stage: Stage;
  const handed: Handed[] = [];

  before(async () => {
    theatre = await openTheatre();
    const there = elsewhere();
    stage = new Stage(theatre, {
      clientId: "READERS1",
      onlyOnDemand: true,
      // Whatever zone this machine is in.
      env: () => ({ TZ: "America/Los_Angeles" }),
      client: {
        ...OFFICIAL,
        localReceipts: "business",
        boxPaths: [
          { folder: "DecCus001", box: "InBox", path: join(scratch(), "回 执") },
          { folder: "DecCus001", box: "SentBox", path: join(there, "sent") },
          { folder: "DecCus001", box: "FailBox", path: join(there, "fail") },
        ],
      },
    });
    await stage.startSimulator();
    await stage.startNodeRed();
    for (const folder of ["DecCus001", "Sas"] as const) {
      for (const [index, [name, ending]] of NAMES.entries()) {
        for (const outcome of OUTCOMES) await handIn(folder, outcome, `${name}-${outcome}`, ending, index);
      }
    }
    await until("every document at the platform or refused", async () => {
      const { documents } = await stage.ask<{ documents: { state: string; settled: boolean }[] }>(
        "documents?limit=100",
      );
      return documents.length === handed.length && documents.every(({ settled }) => settled);
    });
    await answer((document) => {
      const { folder, outcome, key, seqNo } = document;
      if (outcome === "refusal") return undefined;
      const answer = folder === "Sas" ? "CommonResponeMessage" : "DecImportResponse";
      const failed = folder === "Sas" ? "-1" : "1";
      return { answer, key, seqNo, code: outcome === "failure" ? failed : "0", text: `${key} 的导入结果` };
    });
    await answer(({ folder, outcome, seqNo }) =>
      outcome === "business" ? { answer: folder === "Sas" ? "INV201" : "DEC_RESULT", seqNo } : undefined,
    );
  });
  after(async () => {
    await stage.close();
    await theatre.close();
    removeScratch();
    removeElsewhere();
  });

  async function handIn(folder: Handed["folder"], outcome: Outcome, own: string, ending: string, index: number) {
    const key = freshKey(folder === "Sas" ? "N" : undefined);
    const base = folder === "Sas" ? `INV101_I_${own}_t-1` : `I_${own}_t-1`;
    const fileName = `${base}.${folder === "DecCus001" ? ending : ending === "XML" ? "ZIP" : "zip"}`;
    const number = `${folder === "Sas" ? 1 : 2}${OUTCOMES.indexOf(outcome)}${index}`;
    const seqNo = `202600000000000${number}`;
    const wrong = outcome === "refusal";
    const bytes =
      folder === "Sas"
        ? await invtZip({ key, name: base, ...(wrong && { seqNo, rowSeqNo: "202600000000000999" }) })
        : decXml({ key, goods: 2, ...(wrong && { emptyFields: ["GQty"] }) });
    stage.drop(folder, fileName, bytes);
    handed.push({ folder, outcome, fileName, own, key, seqNo });
  }

  /** Asks the simulator for receipts, and waits until they are in an InBox. */
  async function answer(commandFor: (document: Handed) => Command | undefined): Promise<void> {
    const { host, port, user, password, vhost } = theatre.broker;
    const connection = await connect({ hostname: host, port, username: user, password, vhost }, { noDelay: true });
    const channel = await connection.createConfirmChannel();
    const ids: string[] = [];
    for (const command of handed.map(commandFor)) {
      if (!command) continue;
      const messageId = randomUUID();
      ids.push(messageId);
      channel.sendToQueue(`Q_Command${stage.clientId}`, Buffer.from(JSON.stringify(command)), { messageId });
    }
    await channel.waitForConfirms();
    await connection.close();
    await until("the receipts in InBox", () => {
      const filed = stage.filedReceipts();
      return ids.every((id) => filed.has(id));
    });
  }

  const boxesOf = (folder: string): Boxes => ({
    InBox: stage.box(folder, "InBox"),
    SentBox: stage.box(folder, "SentBox"),
    FailBox: stage.box(folder, "FailBox"),
  });

  /** What a program makes of a document: nothing, or what it says of it, each once. */
  function said(notes: readonly Note[], { own, key, seqNo }: Handed): string[] {
    return notes.filter(({ by }) => [own, key, seqNo].includes(by)).map(({ outcome }) => outcome);
  }

  function expected({ outcome }: Handed): string[] {
    if (outcome === "business") return ["business", "success"];
    return [outcome === "refusal" ? "failure" : outcome];
  }

  const table: string[] = [];

  for (const reader of READERS) {
    it(`${reader.name}: finds and understands each`, () => {
      const cells: string[] = [];
      for (const outcome of OUTCOMES) {
        for (const folder of ["DecCus001", "Sas"] as const) {
          // Nobody waits: it is two seconds later.
          const notes = reader.read(boxesOf(folder), Date.now() + 2000);
          const mine = handed.filter((one) => one.folder === folder && one.outcome === outcome);
          for (const document of mine) {
            const wanted = nothingToFind(reader, document) ? ["success"] : expected(document);
            assert.deepEqual(said(notes, document).sort(), wanted, document.fileName);
          }
          cells.push(mine.every((one) => nothingToFind(reader, one)) ? "–" : `${mine.length} / ${mine.length}`);
        }
      }
      table.push(`| ${reader.name} | ${cells.join(" | ")} | ${reader.needs} |`);
    });
  }

  it("is told by a refusal of ours which code it has and what to do, in the words of the business", () => {
    const refused = handed.find(({ folder, outcome }) => folder === "DecCus001" && outcome === "refusal") as Handed;
    const reader = READERS.find(({ needs }) => needs.includes("Our own refusals")) as Reader;
    const note = reader.read(boxesOf("DecCus001"), Date.now()).find(({ by }) => by === refused.key);
    assert.match(note?.text ?? "", /^SW-[A-Z-]+\S* .*GQty/);
  });

  it("stands in docs/evidence/readers.md as it was measured", () => {
    const outcomes = OUTCOMES.flatMap((outcome) => [`${TITLES[outcome]}, 报关单`, "金关二期"]);
    const head = ["程序 program", ...outcomes, "需要的设置 needs"];
    const lines = [`| ${head.join(" | ")} |`, `|${head.map(() => "---|").join("")}`, ...table];
    assert.ok(readFileSync(EVIDENCE, "utf8").includes(lines.join("\n")), `\n${lines.join("\n")}`);
  });
});
