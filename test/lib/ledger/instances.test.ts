import { openLedger } from "../../../lib/ledger/index.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { describeInstances } from "../../support/instances-contract.js";
import { newPlace } from "../../support/postgres.js";
import { removeScratch } from "../../support/scratch.js";

describe("a database of PostgreSQL", () => {
  let postgres: PrivatePostgres;
  let place = "";
  let schema = "";

  before(async function () {
    this.timeout(360_000);
    postgres = await startPrivatePostgres();
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  describeInstances("instances that share a ledger in PostgreSQL", {
    renew: () => {
      place = newPlace(postgres);
      schema = new URL(place).searchParams.get("schema") ?? "";
    },
    open: () => openLedger(place, { password: postgres.password }),
    pass: async (milliseconds) => {
      const earlier = ["lease_until", "gave_up_at"].map(
        (at) => `${at} = ${at} - interval '${milliseconds} milliseconds'`,
      );
      await postgres.sql(`UPDATE ${schema}.instances SET ${earlier.join(", ")}`);
    },
    disown: async (id) => {
      await postgres.sql(`UPDATE ${schema}.documents SET owner = '' WHERE owner = '${id}'`);
    },
  });
});
