import assert from "node:assert/strict";
import { asLedgerError, isFinal } from "../../../lib/ledger/postgres/faults.js";

/** What the server says by its code, the word and the reason of SW-LEDGER that come of it, and what its advice must speak of. */
const SAID: readonly [state: string, fault: string | undefined, reason: string, advice: RegExp][] = [
  ["08006", undefined, "away", /server and the network/],
  ["25006", "db-standby", "away", /primary.*default_transaction_read_only/],
  ["28000", "db-host", "unusable", /pg_hba\.conf/],
  ["28P01", "db-login", "unusable", /password/],
  ["3D000", "db-missing", "unusable", /CREATE DATABASE/],
  ["3F000", undefined, "missing", /restore.*backup/],
  ["42501", "db-rights", "unusable", /owner of the ledger's schema/],
  ["42P01", undefined, "missing", /restore.*backup/],
  ["53100", "db-disk", "away", /Make room/],
  ["53300", "db-full", "away", /max_connections/],
  ["55P03", "db-locked", "away", /pg_stat_activity/],
  ["57P01", "db-starting", "away", /look into its log/],
  ["57P02", "db-starting", "away", /look into its log/],
  ["57P03", "db-starting", "away", /look into its log/],
  ["XX001", undefined, "unusable", /log/],
];

describe("what PostgreSQL says, as people are told it", () => {
  for (const [state, fault, reason, advice] of SAID) {
    it(`${state}: ${fault ?? reason}`, () => {
      const said = asLedgerError(Object.assign(new Error("as the server puts it"), { code: state }));
      assert.deepEqual([said.code, said.details.fault, said.details.reason], ["SW-LEDGER", fault, reason]);
      assert.match(said.text.en, /as the server puts it/);
      assert.match(said.text.zh, /台账/);
      assert.match(said.advice?.en ?? "", advice);
      // The server is asked again as long as it may be otherwise in a moment.
      assert.equal(isFinal(said.cause), reason !== "away");
    });
  }
});
