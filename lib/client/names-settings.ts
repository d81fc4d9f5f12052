import type { NamesSettings } from "../boxes/context.js";
import { REFUSAL_FORMS, type RefusalForm } from "../receipts/refusals/index.js";
import { configError, settingFlag, settingText } from "../settings.js";

/** As the package names files where nobody has decided otherwise. */
export const OWN_NAMES: NamesSettings = { receiptNames: "own", datedFolders: false, localReceipts: "root" };

/** As the official client does it (field 4): for an installation that takes its place, with programs that were written for it. */
export const OFFICIAL: NamesSettings = { receiptNames: "official", datedFolders: true, localReceipts: "root" };

/** How files and local refusals are named and written. What is not set is as it was before there was a setting. Rejects with SW-CONFIG. */
export function readNamesSettings(config: Record<string, unknown>): NamesSettings {
  const receiptNames = settingText(config.receiptNames) || OWN_NAMES.receiptNames;
  if (receiptNames !== "own" && receiptNames !== "official") {
    throw configError(
      "receiptNames",
      `文件名形式只能是 own 或 official：${receiptNames}`,
      `the form of names is neither own nor official: ${receiptNames}`,
    );
  }
  const localReceipts = settingText(config.localReceipts) || OWN_NAMES.localReceipts;
  if (!REFUSAL_FORMS.includes(localReceipts as RefusalForm)) {
    const forms = REFUSAL_FORMS.join(", ");
    throw configError(
      "localReceipts",
      `本地回执形式只能是 ${forms}：${localReceipts}`,
      `the form of local receipts is none of ${forms}: ${localReceipts}`,
    );
  }
  return {
    receiptNames,
    datedFolders: settingFlag("datedFolders", config.datedFolders, OWN_NAMES.datedFolders),
    localReceipts: localReceipts as RefusalForm,
  };
}
