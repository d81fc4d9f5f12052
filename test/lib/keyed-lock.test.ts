import assert from "node:assert/strict";
import { KeyedLock } from "../../lib/keyed-lock.js";

describe("a lock for each key", () => {
  it("runs one piece of work after the other, and those of other keys beside it", async () => {
    const lock = new KeyedLock();
    const order: string[] = [];
    let go: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const piece = (name: string, wait?: Promise<void>) => async () => {
      order.push(`${name} begins`);
      await wait;
      order.push(`${name} ends`);
      return name;
    };
    const first = lock.run("a", piece("first", held));
    const second = lock.run("a", piece("second"));
    assert.equal(await lock.run("b", piece("other")), "other");
    assert.deepEqual(order, ["first begins", "other begins", "other ends"]);
    go();
    assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
    assert.deepEqual(order.slice(3), ["first ends", "second begins", "second ends"]);
  });

  it("a piece that fails, also before its first await, fails alone", async () => {
    const lock = new KeyedLock();
    const failed = lock.run("a", () => {
      throw new Error("at once");
    });
    const later = lock.run("a", async () => "done");
    await assert.rejects(failed, { message: "at once" });
    assert.equal(await later, "done");
  });
});
