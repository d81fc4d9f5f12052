import assert from "node:assert/strict";
import { ALONE_AT_ONCE } from "../../../lib/amqp/broker.js";
import { codeOf } from "../../../lib/errors.js";
import { readBusinessLimits, SendWindow, type Share } from "../../../lib/send/window.js";
import { Random } from "../../support/random.js";

const share = (business: string, change: Partial<Share> = {}): Share => ({
  business,
  bytes: 1,
  alone: false,
  ...change,
});

describe("the window of sends", () => {
  it("reads its limits", () => {
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

  it("keeps the order within a business, and lets none wait behind another's long line", () => {
    const window = new SendWindow(2, readBusinessLimits("x", "1"));
    const went: string[] = [];
    assert.equal(window.tryAcquire(share("Dec")), true);
    assert.equal(window.tryAcquire(share("DEC")), false);
    for (const name of ["d1", "d2"]) window.wait(share("dec"), () => went.push(name));
    assert.equal(window.tryAcquire(share("Sas")), true);
    window.wait(share("sas"), () => went.push("s1"));
    window.release(share("Dec"));
    window.release(share("Sas"));
    assert.deepEqual(went, ["d1", "s1"]);
    const leave = window.wait(share("dec"), () => went.push("d3"));
    leave();
    window.release(share("dec"));
    window.release(share("dec"));
    assert.deepEqual([went, window.busy], [["d1", "s1", "d2"], 1]);
  });

  it("never has more out than the limits, and in the end serves everybody", () => {
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    const limits = readBusinessLimits("x", "3, a=1");
    const window = new SendWindow(4, limits);
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
        if (window.tryAcquire(share(business))) serve(business);
        else {
          waiting++;
          window.wait(share(business), () => {
            waiting--;
            serve(business);
          });
        }
      } else if (out.length > 0) window.release(share(out.splice(random.between(0, out.length - 1), 1)[0] as string));
    }
    while (out.length > 0) window.release(share(out.shift() as string));
    assert.deepEqual([waiting, window.busy], [0, 0], `seed ${seed}, served ${served}`);
  });

  it("has no more bytes out than it may, and small ones do not keep a large one out for ever", () => {
    const window = new SendWindow(10, undefined, 100);
    const went: string[] = [];
    const large = share("Dec", { bytes: 95 });
    assert.equal(window.tryAcquire(share("Sas", { bytes: 10 })), true);
    assert.equal(window.tryAcquire(large), false);
    window.wait(large, () => went.push("large"));
    // As soon as it is known that nothing but bytes is missing, nobody enters before it.
    assert.equal(window.tryAcquire(share("Sas", { bytes: 10 })), true);
    window.release(share("Sas", { bytes: 10 }));
    assert.equal(window.tryAcquire(share("Sas")), false);
    window.wait(share("Sas"), () => went.push("small"));
    window.release(share("Sas", { bytes: 10 }));
    assert.deepEqual(went, ["large", "small"]);
    window.release(large);
    window.release(share("Sas"));
    const huge = share("Dec", { bytes: 1000 });
    assert.equal(window.tryAcquire(huge), true, "one that is larger than all goes by itself");
    assert.equal(window.tryAcquire(share("Sas")), false);
    window.release(huge);
    assert.equal(window.busy, 0);
  });

  it("lets few go alone, and nobody waits behind those", () => {
    const window = new SendWindow(10);
    const alone = share("Dec", { alone: true });
    for (let number = 0; number < ALONE_AT_ONCE; number++) assert.equal(window.tryAcquire(alone), true);
    assert.equal(window.tryAcquire(alone), false);
    let entered = false;
    window.wait(alone, () => {
      entered = true;
    });
    assert.equal(window.tryAcquire(share("Dec")), true);
    window.release(alone);
    assert.equal(entered, true);
  });
});
