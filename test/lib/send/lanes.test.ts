import assert from "node:assert/strict";
import { codeOf } from "../../../lib/errors.js";
import { Lanes, readBusinessLimits } from "../../../lib/send/lanes.js";
import { Random } from "../../support/random.js";

describe("turns to send", () => {
  it("read their limits", () => {
    const { usual, own } = readBusinessLimits("x", "2, DecCus001=1；Sas=4");
    assert.deepEqual(
      [usual, [...own]],
      [
        2,
        [
          ["deccus001", 1],
          ["sas", 4],
        ],
      ],
    );
    for (const bad of ["a", "Sas=", "=1", "-1"]) {
      assert.throws(
        () => readBusinessLimits("x", bad),
        (error) => codeOf(error) === "SW-CONFIG",
      );
    }
  });

  it("keep the order within a business, and let none wait behind another's long line", () => {
    const lanes = new Lanes(2, readBusinessLimits("x", "1"));
    const went: string[] = [];
    assert.equal(lanes.tryEnter("Dec"), true);
    assert.equal(lanes.tryEnter("DEC"), false);
    for (const name of ["d1", "d2"]) lanes.wait("dec", () => went.push(name));
    assert.equal(lanes.tryEnter("Sas"), true);
    lanes.wait("sas", () => went.push("s1"));
    lanes.leave("Dec");
    lanes.leave("Sas");
    assert.deepEqual(went, ["d1", "s1"]);
    const leave = lanes.wait("dec", () => went.push("d3"));
    leave();
    lanes.leave("dec");
    lanes.leave("dec");
    assert.deepEqual([went, lanes.busy], [["d1", "s1", "d2"], 1]);
  });

  it("never have more out than the limits, and in the end serve everybody", () => {
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    const limits = readBusinessLimits("x", "3, a=1");
    const lanes = new Lanes(4, limits);
    const out: string[] = [];
    let waiting = 0;
    let served = 0;
    const serve = (business: string) => {
      out.push(business);
      served++;
      assert.ok(out.length <= 4 && out.filter((one) => one === "a").length <= 1, `seed ${seed}`);
    };
    for (let step = 0; step < 3000; step++) {
      const business = random.pick(["a", "b", "c"]);
      if (random.next() < 0.5) {
        if (lanes.tryEnter(business)) serve(business);
        else {
          waiting++;
          lanes.wait(business, () => {
            waiting--;
            serve(business);
          });
        }
      } else if (out.length > 0) lanes.leave(out.splice(random.between(0, out.length - 1), 1)[0] as string);
    }
    while (out.length > 0) lanes.leave(out.shift() as string);
    assert.deepEqual([waiting, lanes.busy], [0, 0], `seed ${seed}, served ${served}`);
  });
});
