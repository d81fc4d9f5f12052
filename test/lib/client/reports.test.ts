import assert from "node:assert/strict";
import { Reports } from "../../../lib/client/reports.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("what is reported to people", () => {
  after(removeScratch);

  it("is told once where many documents meet it at the same time, and again while it lasts", async () => {
    let later = 0;
    const clock = { ...SYSTEM.clock, monotonic: () => later };
    const reports = new Reports({ logDir: scratch(), logFormat: "text" }, { ...SYSTEM, clock });
    const told: string[] = [];
    reports.on("notice", ({ code, text }) => told.push(`${code} ${text.en}`));
    const all = () => Array.from({ length: 15 }, () => reports.notice("SW-LEDGER", "台账不可用", "the ledger is away"));
    assert.equal(all().filter(Boolean).length, 1);
    reports.notice("SW-LEDGER", "磁盘已满", "the disk is full");
    reports.fault(new Error("another"));
    later = 61_000;
    all();
    const away = "SW-LEDGER the ledger is away";
    assert.deepEqual(told, [away, "SW-LEDGER the disk is full", "SW-CLIENT another", away]);
    await reports.close();
  });
});
