import assert from "node:assert/strict";
import { join } from "node:path";
import { codeEntry, faqAdvice } from "../../lib/advice/index.js";
import type { ReceiptPlace } from "../../lib/ledger/index.js";
import { SHAPES } from "../../simulator/answers/shapes/index.js";
import { type ErpNote, readInBox } from "../support/official-erp.js";
import { ReceiptParade, type Show } from "../support/receipt-parade.js";
import { removeScratch } from "../support/scratch.js";

/** How `msg.receipt` calls what the simulator calls otherwise. */
const FORMAT: Readonly<Record<string, string>> = {
  CommonResponeMessage: "CommonResponseMessage",
  "Receipt, Channel 6": "Receipt",
};

const title = ({ format, variant, wrapper, code }: Show) =>
  [format, variant, wrapper, code].filter(Boolean).join(" · ");

/** Where its file lies, as `<folder>/<name>`. */
const place = ({ folder, file }: ReceiptPlace) => `${folder}/${file}`;

describe("every receipt, through RabbitMQ and Node-RED into InBox", function () {
  this.timeout(900_000);
  const parade = new ReceiptParade();
  let known: Show[] = [];

  before(async () => {
    await parade.run();
    known = parade.shows.filter(({ documentId }) => documentId !== undefined);
  });
  after(async () => {
    await parade.close();
    removeScratch();
  });

  it("shows every format of the simulator's table, in every variant and with every code", () => {
    for (const { format, variants, codes } of SHAPES) {
      const mine = parade.shows.filter((show) => show.format === format && show.variant !== "opening");
      assert.deepEqual(
        [...new Set(mine.map(({ variant }) => variant))].filter((name) => name in variants).sort(),
        Object.keys(variants).sort(),
        format,
      );
      for (const code of codes)
        assert.ok(
          mine.some((show) => show.code === code),
          `${format} ${code}`,
        );
    }
    assert.ok(parade.shows.length > 400, `${parade.shows.length}`);
  });

  it("finds the document of each", () => {
    const lost = known.filter(({ receipt, documentId }) => receipt?.documentId !== documentId);
    assert.deepEqual(lost.map(title), []);
  });

  it("reads format, code and numbers as they were written", () => {
    for (const show of known) {
      const { format, code, command, receipt } = show;
      assert.ok(receipt, title(show));
      const wanted = show.variant === "opening" ? command.answer : format;
      assert.equal(receipt.format, FORMAT[wanted] ?? wanted, title(show));
      assert.equal(receipt.statusCode || receipt.code, code, title(show));
      // The receipt's own guid stands for the key where the message's guid is another.
      const key = show.variant === "the message's guid is not ours" ? receipt.clientKey : command.key;
      const numbers = { seqNo: command.seqNo, customsNo: command.customsNo, clientKey: key };
      for (const [name, given] of Object.entries(numbers)) {
        const read: string = receipt[name as keyof typeof numbers];
        if (read !== "") assert.equal(read, given, `${title(show)} ${name}`);
      }
    }
  });

  it("goes by a number wherever there is one, and says when it did not", () => {
    for (const show of known) {
      const { matchedBy } = show.receipt ?? {};
      // EXP308 names the parties of an agreement, and no number.
      if (["Root", "EXP308"].includes(show.command.answer)) assert.equal(matchedBy, "fileName", title(show));
      else if (show.variant === "Head empty, no file name") assert.equal(matchedBy, "time");
      else if (show.variant.startsWith("Head empty")) assert.equal(matchedBy, "fileName");
      // A customs number alone that nothing has brought before finds its document by name, and from then on by itself.
      else if (show.variant !== "only the customs number" && show.command.answer !== "EXP306") {
        assert.match(String(matchedBy), /^(seqNo|clientKey|customsNo)$/, title(show));
      }
    }
  });

  it("gives advice in both languages for each that is not plainly good, and none for the others", () => {
    let advised = 0;
    for (const show of known) {
      const { receipt } = show;
      assert.ok(receipt);
      const { format, kind, ok, code, statusCode, advice } = receipt;
      const outcome = codeEntry(format, statusCode || code, undefined, kind === "local" ? undefined : kind)?.outcome;
      if (ok && outcome !== "notice") {
        assert.equal(advice, null, title(show));
        continue;
      }
      advised++;
      assert.ok(advice, title(show));
      assert.match(advice.zh, /\p{Script=Han}.*处理：/u, title(show));
      assert.match(advice.en, /[a-z].*What to do: /i, title(show));
    }
    assert.ok(advised > 120, `${advised}`);
  });

  it("answers what the FAQ's items say with the FAQ's advice", () => {
    const faq = known.filter(({ variant }) => variant.startsWith("FAQ "));
    for (const { variant, receipt } of faq) {
      const item = variant.slice(4);
      assert.ok(receipt?.advice, variant);
      if (item === "13") assert.match(receipt.advice.zh, /卡密码/);
      else assert.deepEqual(receipt.advice, faqAdvice(item), variant);
    }
    const items = [...new Set(faq.map(({ variant }) => variant.slice(4)))];
    assert.deepEqual(items.sort(), ["10", "11", "12", "13", "14", "16", "18", "19", "20"]);
  });

  it("keeps what nobody knows in Others/InBox, with the reason, and no success anywhere", () => {
    const unknown = parade.shows.filter(({ documentId }) => documentId === undefined);
    assert.ok(unknown.length >= 10);
    const files = parade.stage.files("Others", "InBox");
    const receipts = files.filter((file) => file.endsWith(".xml"));
    // The one in the ZIP of several as well.
    assert.equal(receipts.length, unknown.length + 1, files.join("\n"));
    for (const file of receipts) {
      assert.match(file, /^Receipt_/);
      assert.ok(files.includes(`${file}.reason.json`), file);
    }
  });

  it("stores the known receipts of a ZIP that holds an unknown one as well", () => {
    const several = parade.shows.find(({ variant }) => variant.startsWith("several"));
    assert.equal(several?.receipt?.format, "DEC_RESULT");
    for (const format of ["INV201", "SAS221"]) {
      const part = parade.shows.find((show) => show.format === format);
      assert.ok(part?.documentId);
      const found: string[] = [];
      for (const receipt of parade.storedFor(part.documentId)) {
        if (receipt.messageId === several?.id) found.push(receipt.format);
      }
      assert.deepEqual(found, [format]);
    }
  });

  it("is read by an ERP that was made for the official client", () => {
    const { root } = parade.stage;
    const notes = new Map<string, ErpNote>(
      [
        "DecCus001",
        "DecCus102",
        "Sas",
        "Npts",
        "Nems",
        "Nbhl",
        "Rmft",
        "ImpCeb",
        "ExpCeb",
        "Cooimp",
        "Acd",
        "Decsub",
      ].flatMap((folder) =>
        readInBox(join(root, folder, "InBox")).map((note) => [`${folder}/${note.file}`, note] as const),
      ),
    );
    for (const show of known) {
      const { receipt, command } = show;
      assert.ok(receipt);
      const note = notes.get(place(receipt));
      assert.ok(note, `the ERP does not know ${receipt.file}`);
      const kind = ["business", "subscription"].includes(receipt.kind)
        ? "Receipt"
        : receipt.ok
          ? "Successed"
          : "Failed";
      assert.equal(note.kind, kind, title(show));
      if (command.fileName) assert.equal(`${note.original}.xml`, command.fileName, title(show));
      assert.ok(Object.values(note.fields).length > 0, title(show));
    }
    const one = (format: string, variant: string) => {
      const show = known.find((candidate) => candidate.format === format && candidate.variant === variant);
      return { fields: notes.get(show?.receipt ? place(show.receipt) : "")?.fields ?? {}, command: show?.command };
    };
    const gb = one("CommonResponeMessage", "CommonResponeMessage, GB2312");
    assert.equal(gb.fields.EtpsPreentNo, gb.command?.key);
    assert.match(gb.fields.CheckInfo ?? "", /模拟回执/);
    const dec = one("DEC_RESULT", "in DEC_DATA");
    assert.deepEqual([dec.fields.CUS_CIQ_NO, dec.fields.CHANNEL], [dec.command?.seqNo, "L"]);
    const list = one("INV201", "prefix ns2:");
    assert.equal(list.fields.etpsInnerInvtNo, list.command?.key);
  });

  it("overwrites none: each delivery has a file of its own", () => {
    const files = known.map(({ receipt }) => receipt && place(receipt));
    assert.equal(new Set(files).size, files.length);
    for (const show of known) {
      const { folder = "", file = "" } = show.receipt ?? {};
      assert.ok(parade.stage.files(folder, "InBox").includes(file), `${title(show)}: ${file}`);
    }
  });

  it("leaves no half-written file and no warning in Node-RED's log", () => {
    for (const folder of ["DecCus001", "Sas", "Rmft", "Others"]) {
      assert.deepEqual(
        parade.stage.files(folder, "InBox").filter((file) => file.endsWith(".tmp")),
        [],
      );
    }
    const complaints = parade.stage.nodeRed.lines.filter((line) => /\[error\]/.test(line));
    assert.deepEqual(complaints, []);
  });
});
