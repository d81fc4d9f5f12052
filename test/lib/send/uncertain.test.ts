import assert from "node:assert/strict";
import type { PublishOutcome } from "../../../lib/amqp/broker.js";
import { Uncertain } from "../../../lib/send/uncertain.js";

describe("documents of which a publish may have arrived", () => {
  /** What each late answer was said to mean. */
  let answers: string[];
  let uncertain: Uncertain;

  beforeEach(() => {
    answers = [];
    uncertain = new Uncertain(
      async (_id, _messageId, { kind }, certainlyNot) => void answers.push(`${kind} ${certainlyNot}`),
      () => undefined,
    );
    uncertain.begin("a", false);
  });

  async function late(outcome: PublishOutcome): Promise<void> {
    const later = Promise.resolve(outcome);
    uncertain.add("a", "m", later);
    assert.equal(uncertain.has("a"), true);
    await later;
    await new Promise((resolve) => setImmediate(resolve));
  }

  it("have certainly not arrived when the only publish was refused", async () => {
    await late({ kind: "unsent", reason: "no" });
    assert.deepEqual([answers, uncertain.has("a")], [["unsent true"], false]);
  });

  it("may have arrived for as long as they are sent when one was confirmed, also where that could not be committed", async () => {
    await late({ kind: "confirmed" });
    assert.deepEqual([answers, uncertain.has("a")], [["confirmed false"], true]);
    await late({ kind: "unsent", reason: "no" });
    assert.deepEqual([answers.at(-1), uncertain.has("a")], ["unsent false", true]);
  });
});
