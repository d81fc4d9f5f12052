import type { ClientSettings } from "../../lib/client/settings.js";
import type { World } from "./world.js";

/** What the import-client of every process in a world is set to. */
export function settingsOf({ root, shared, decisions }: Pick<World, "root" | "shared" | "decisions">): ClientSettings {
  return {
    ...{ environment: "test", clientId: "DEMO0001", root: root, retentionDays: 90, missingAfter: 60 },
    ...{
      receiptJson: false,
      orgCode: "",
      customsCode: "",
      region: "",
      ledger: shared ? "postgres://client@database/ledger" : "/ledger/ledger.db",
    },
    ...{ usedRoots: "", schemas: "", advice: "", logDir: "/data/log", claimTimeout: 3600, sysIds: [], folders: [] },
    ...{ receiptNames: "own", datedFolders: false, localReceipts: "root", boxPaths: [], newFolders: [] },
    onUncertain: "resend",
    logFormat: "text",
    link: shared ? decisions.choose("link", 0, ["all", "one"]) : "all",
  };
}
