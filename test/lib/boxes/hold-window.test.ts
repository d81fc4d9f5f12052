import assert from "node:assert/strict";
import { opensAt, readHoldWindow } from "../../../lib/boxes/hold-window.js";

/** A moment of a day in China. */
const china = (time: string) => Date.parse(`2026-03-02T${time}:00+08:00`);

describe("the hours in which documents go on", () => {
  it("reads one or several spans, and refuses what it cannot read", () => {
    assert.equal(readHoldWindow("")?.length, 0);
    assert.equal(readHoldWindow("22:00-06:00")?.length, 1);
    assert.equal(readHoldWindow(" 8：30 - 12:00，13:00–24:00 ")?.length, 2);
    for (const text of ["22-6", "25:00-06:00", "8:60-9:00", "08:00-08:00", "night"]) {
      assert.equal(readHoldWindow(text), undefined, text);
    }
  });

  it("is open within a span by China's clock, also over midnight, and says when it opens next", () => {
    const night = readHoldWindow("22:00-06:00") ?? [];
    for (const [at, opens] of [
      ["22:00", 0],
      ["05:59", 0],
      ["06:00", china("22:00")],
      ["21:59", china("22:00")],
    ] as const) {
      assert.equal(opensAt(night, china(at)), opens, at);
    }
    const office = readHoldWindow("08:30-12:00,13:00-17:30") ?? [];
    assert.equal(opensAt(office, china("12:30")), china("13:00"));
    assert.equal(opensAt(office, china("18:00")), china("08:30") + 24 * 60 * 60_000);
    assert.equal(opensAt(office, china("09:00")), 0);
  });
});
