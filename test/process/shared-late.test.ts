import assert from "node:assert/strict";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { LateShare } from "../support/late-share.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { SharedStage } from "../support/shared-stage.js";
import { openTheatre, type Theatre } from "../support/stage.js";

const DOCUMENTS = 120;

/** Several machines, line 7: real Node-REDs on a share that shows folders late and says of what it did that it could not. */
describe("several Node-REDs on a share that shows late what it holds", function () {
  this.timeout(300_000);
  let theatre: Theatre;
  let postgres: PrivatePostgres;
  let shared: SharedStage | undefined;

  before(async () => {
    [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
  });
  after(async () => {
    await shared?.close();
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  it("each document goes out once, and no file is taken for lost or for a stranger's", async () => {
    const share = new LateShare(scratch());
    share.set("late", "10000");
    share.set("hidden", "5000");
    shared = new SharedStage(theatre, postgres, "LATE0001", "all");
    const env = share.environmentOf(shared.stage.root);
    await shared.open([env, env]);
    const keys = shared.drop(DOCUMENTS);
    await shared.done(keys);
    await shared.assertOnce(keys, "none");
    assert.equal((await shared.rows()).length, DOCUMENTS);
    for (const event of ["file-missing", "file-moved", "held"]) assert.equal(await shared.having(event), 0, event);
    const told = (what: string) => share.log.filter((line) => line === what).length;
    console.log(
      `      ${told("rename")} renames and ${told("link")} links, ${told("rename, not seen")} not seen at once`,
    );
    assert.ok(told("rename, not seen") >= DOCUMENTS / 3);
    assert.ok(told("rename") + told("link") >= DOCUMENTS / 3);
  });
});
