import assert from "node:assert/strict";
import type { Confirmed } from "../../../lib/client/binding.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { ImportClientError } from "../../../lib/errors.js";
import { openLedger } from "../../../lib/ledger/index.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { clientSettings } from "../../support/client.js";
import { newPlace } from "../../support/postgres.js";
import { removeScratch } from "../../support/scratch.js";

/** Two ledgers for one root: each would send what lies there, and each take the other's receipts. */
describe("a root whose client is given another ledger than its own", function () {
  this.timeout(360_000);
  let postgres: PrivatePostgres;
  let settings: ClientSettings;
  let place: string;
  const opened: ImportClient[] = [];

  before(async () => {
    postgres = await startPrivatePostgres();
  });
  beforeEach(() => {
    settings = clientSettings();
    place = newPlace(postgres);
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) await client.close();
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  async function open(ledger: string, confirmed: Confirmed = {}): Promise<ImportClient> {
    const { client } = await openClient(
      { ...settings, ledger },
      {
        confirmed,
        openLedger: (where, options) => openLedger(where, { ...options, password: postgres.password }),
      },
    );
    opened.push(client);
    return client;
  }
  const refuses = (own: string) => (error: unknown) => {
    assert.ok(error instanceof ImportClientError, String(error));
    assert.equal(error.code, "SW-OWNER", error.message);
    assert.ok(error.text.en.includes(own) && error.advice?.zh.includes("ledger copy"), error.message);
    return true;
  };

  it("is refused beside one that is at work, and afterwards, whether the other ledger is new or somebody's", async () => {
    const other = newPlace(postgres);
    const first = await open(place);
    await assert.rejects(open(other), refuses(place));
    await first.close();
    opened.pop();
    await assert.rejects(open(other), refuses(place));
    await open(place);
  });

  it("is refused where the root's own is a file", async () => {
    await (await open(settings.ledger)).close();
    opened.pop();
    await assert.rejects(open(place), refuses("a file"));
    await open(settings.ledger);
  });

  it("is taken on a person's word, and is the root's own from then on", async () => {
    const other = newPlace(postgres);
    await (await open(place)).close();
    await (await open(other, { root: true })).close();
    opened.splice(0);
    await assert.rejects(open(place), refuses(other));
    await open(other);
  });

  it("is taken where it lies in the same place by another name of the server, or was made anew there", async () => {
    await (await open(place)).close();
    opened.pop();
    const byName = place.replace("127.0.0.1", "localhost");
    assert.notEqual(byName, place);
    await (await open(byName)).close();
    opened.pop();
    const schema = new URL(place).searchParams.get("schema");
    await postgres.sql(`DROP SCHEMA ${schema} CASCADE`);
    await open(place);
  });
});
