/**
 * A process that signs once, to be killed by a test: settings as JSON in argv[2]. It says `module <pid>` when the module's
 * process runs, then signs and says `signed` or the error's code. With another argument it waits for a message before it signs.
 */
import { once } from "node:events";
import { machinePins } from "../../lib/signing/guard-store.js";
import { Pkcs11Card } from "../../lib/signing/pkcs11/backend.js";
import type { CardSettings } from "../../lib/signing/settings.js";

async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] as string) as CardSettings;
  const card = new Pkcs11Card(settings, machinePins());
  await card.identity();
  const go = process.argv[3] === undefined ? undefined : once(process, "message");
  process.send?.(`module ${card.modulePid}`);
  await go;
  try {
    await card.sign("rsa-sha256", Buffer.from("data"));
    process.send?.("signed");
  } catch (error) {
    process.send?.((error as { code: string }).code);
  }
  await card.close();
  process.disconnect();
}

void main();
