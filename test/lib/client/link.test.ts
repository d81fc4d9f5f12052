import assert from "node:assert/strict";
import { Link } from "../../../lib/client/link.js";

describe("the link to the broker", () => {
  const alone = { shared: false, leads: false, held: false };
  const leader = { shared: true, leads: true, held: true };

  it("is everybody's where one process has the root, or all may send", () => {
    for (const link of [new Link(alone, "one"), new Link({ ...leader, leads: false, held: false }, "all")]) {
      assert.ok(link.isOpen && !link.follows && !link.single);
    }
  });

  it("is the leader's as long as it trusts its lease; nobody follows who leads", () => {
    const lease = { ...leader };
    const link = new Link(lease, "one");
    let changes = 0;
    link.on("change", () => changes++);
    const look = () => {
      link.look();
      return [link.isOpen, link.follows, changes];
    };
    assert.deepEqual(look(), [true, false, 0]);
    // Its lease could not be renewed in time; it may still be, and then it goes on.
    lease.held = false;
    assert.deepEqual(look(), [false, false, 1]);
    assert.deepEqual(look(), [false, false, 1]);
    lease.leads = false;
    assert.deepEqual(look(), [false, true, 2]);
    lease.held = true;
    assert.deepEqual(look(), [false, true, 2]);
    lease.leads = true;
    assert.deepEqual(look(), [true, false, 3]);
  });

  it("has a heartbeat after which the broker lets go of a silent one before others take over", () => {
    const beats = (lease: typeof leader) => [0, 5, 10, 60].map((set) => new Link(lease, "all").heartbeat(set));
    assert.deepEqual(beats(leader), [10, 5, 10, 10]);
    assert.deepEqual(beats(alone), [0, 5, 10, 60]);
  });
});
