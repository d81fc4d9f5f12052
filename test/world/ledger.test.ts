import { INSTANCE } from "../../lib/ledger/instances.js";
import { describeInstances } from "../support/instances-contract.js";
import { describeLedger } from "../support/ledger-contract.js";
import { SimLedger } from "./ledger.js";
import type { LedgerWorld } from "./ledger-commits.js";
import { LedgerFile } from "./ledger-file.js";

const ALONE: LedgerWorld = {
  now: () => Date.now(),
  commit: (run) => void setImmediate(() => run()()),
  read: async (job) => job(),
};

describeLedger("ledger of the simulated world: the contract", async () => new SimLedger(new LedgerFile(), ALONE));

let file = new LedgerFile();
let passed = 0;
describeInstances("instances that share a ledger of the simulated world", {
  renew: () => {
    file = new LedgerFile();
  },
  open: async () => {
    const shared = {
      now: () => performance.timeOrigin + performance.now() + passed,
      grace: INSTANCE.grace,
      aside: async <T>(job: () => T) => job(),
    };
    return new SimLedger(file, { ...ALONE, shared });
  },
  pass: (milliseconds) => {
    passed += milliseconds;
  },
  disown: (id) => {
    for (const row of file.rows) if (row.owner === id) file.replaced(row, { ...row, owner: "" });
  },
});
