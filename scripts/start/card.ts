import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../lib/errors.js";
import { makePath } from "../../lib/make-path.js";
import { complete, DEMO_IDENTITY } from "../../simulator/samples/index.js";
import { PlainError } from "../plain-error.js";
import { makeSelfSigned } from "../self-signed.js";
import { makeSoftToken, softHsmModule } from "../soft-token.js";
import { onPath } from "./needs.js";

const TOKEN_LABEL = "import-client-demo";
const DEMO_PIN = "123456";

/** The card of a demo: what the client is told of it, and the certificate that the simulator trusts. */
export interface DemoCard {
  env: Record<string, string>;
  certificateFile: string;
}

/** Whether a token can be made and used here; else a key in a file has to do. */
function tokensWork(): boolean {
  try {
    require("pkcs11js");
  } catch {
    return false;
  }
  return softHsmModule() !== undefined && onPath("softhsm2-util");
}

/**
 * A card for the demo in `folder`: a SoftHSM2 token where that is installed, else a key in a file. Never with the user's PIN:
 * softhsm2-util takes it as an argument, which everybody can read. Errors: PlainError.
 */
export async function makeCard(folder: string): Promise<DemoCard> {
  const { customsCode, companyName, cardNumber } = complete(DEMO_IDENTITY);
  const holder = { company: { code: customsCode, name: companyName }, cardNumber };
  const guard = { SW_PIN_GUARD: join(folder, "pin-guard") };
  try {
    if (!tokensWork()) return await keyFile(join(folder, "card"), holder, guard);
    const token = await makeSoftToken({
      dir: join(folder, "softhsm"),
      label: TOKEN_LABEL,
      pin: DEMO_PIN,
      ...holder,
    });
    return {
      env: {
        ...guard,
        SW_CARD_BACKEND: "pkcs11",
        SW_CARD_PIN: DEMO_PIN,
        SW_PKCS11_MODULE: token.module,
        SW_PKCS11_TOKEN: token.label,
        SOFTHSM2_CONF: token.config,
      },
      certificateFile: token.certificateFile,
    };
  } catch (error) {
    throw new PlainError(`The demo's card could not be made: ${messageOf(error)}`, error);
  }
}

/** Key and certificate in one file, kept for the next start. */
async function keyFile(
  dir: string,
  holder: Parameters<typeof makeSelfSigned>[0],
  env: Record<string, string>,
): Promise<DemoCard> {
  const file = join(dir, "card.pem");
  const certificateFile = join(dir, "certificate.pem");
  if (!existsSync(file)) {
    makePath(dir, 0o700);
    const made = join(dir, "key.pem");
    await makeSelfSigned(holder, { keyFile: made, certificateFile });
    writeFileSync(file, Buffer.concat([readFileSync(made), readFileSync(certificateFile)]), { mode: 0o600 });
  }
  return { env: { ...env, SW_CARD_BACKEND: "software", SW_CARD_KEYFILE: file }, certificateFile };
}
