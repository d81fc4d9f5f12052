import { hold, settleFailed } from "../boxes/settle.js";
import type { Fault } from "../errors.js";
import { isSameOwner, ownerText } from "../ledger/rules/owner.js";
import type { ImportClient } from "./import-client.js";

/**
 * Ends what is open of a client or environment that the root belonged to before: what was not sent fails, with its local receipt; what
 * may have been sent is held, and a person can declare it sent or failed, never sent again.
 */
export async function endForeign(client: ImportClient): Promise<void> {
  const { settings, ledger } = client;
  for (const row of await ledger.unsettled()) {
    if (isSameOwner(row, settings)) continue;
    const why: Fault = {
      code: "SW-OWNER",
      text: {
        zh: `此单据属于 ${ownerText(row)}，根目录现已改属 ${ownerText(settings)}，不再发送`,
        en: `this document was claimed for ${ownerText(row)}; the root belongs to ${ownerText(settings)} now, it is not sent any more`,
      },
      advice: { zh: "需要时请重新导出。", en: "Export it again where it is needed." },
    };
    if (row.state === "claimed") await settleFailed(client, row.id, why);
    else if (row.state === "sending" || row.state === "unknown") await hold(client, row, why);
  }
}
