import assert from "node:assert/strict";
import { LateShare } from "../support/late-share.js";
import { scratch } from "../support/scratch.js";
import { sharedTheatre } from "../support/shared-stage.js";
import { until } from "../support/stage.js";

const DOCUMENTS = 60;

/** Events of documents whose file was not seen where it was, or whose claim was given up though its file had been brought. */
const WRONG = ["file-missing", "file-moved", "held"];

/** Several machines, line 7: real Node-REDs on a share that shows folders late and says of what it did that it could not. */
describe("several Node-REDs on a share that shows late what it holds", function () {
  this.timeout(900_000);
  const theatre = sharedTheatre();

  it("each document goes out once, and no file is taken for lost or for a stranger's", async () => {
    const share = new LateShare(scratch());
    share.set("late", "10000");
    share.set("hidden", "5000");
    const shared = theatre.stage("LATE0001", "all");
    const env = share.environmentOf(shared.stage.root);
    await shared.open([env, env]);
    const two = shared;
    const keys = two.drop(DOCUMENTS);
    // What was taken for lost or for a stranger's would not become right any more: that is not waited for.
    const wrong = async () => {
      const events = await Promise.all(WRONG.map((event) => two.having(event)));
      return WRONG.filter((_, at) => (events[at] as number) > 0);
    };
    const ended = async () => (await two.ended()) === DOCUMENTS || (await wrong()).length > 0;
    await until("all have ended, or something is wrong", ended, 180_000);
    assert.deepEqual(await wrong(), []);
    await two.assertOnce(keys, "none");
    assert.equal((await two.rows()).length, DOCUMENTS);
    const told = (what: string) => share.log.filter((line) => line === what).length;
    console.log(
      `      ${told("rename")} renames and ${told("link")} links, ${told("rename, not seen")} not seen at once`,
    );
    assert.ok(told("rename, not seen") >= DOCUMENTS / 3);
    assert.ok(told("rename") + told("link") >= DOCUMENTS / 3);
  });
});
