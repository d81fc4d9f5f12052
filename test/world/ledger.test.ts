import { describeLedger } from "../support/ledger-contract.js";
import { SimLedger } from "./ledger.js";
import { LedgerFile } from "./ledger-file.js";

describeLedger("ledger of the simulated world: the contract", async () => {
  return new SimLedger(new LedgerFile(), {
    now: () => Date.now(),
    commit: (run) => void setImmediate(() => run()()),
    read: async (job) => job(),
  });
});
