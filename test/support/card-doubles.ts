import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CardSettings } from "../../lib/signing/settings.js";
import { type MadeKey, makeKey } from "../lib/signing/keys.js";
import { PIN } from "../lib/signing/token.js";
import { SteeredLibrary } from "./token-shim.js";

export type KeyKind = "rsa1024" | "rsa2048" | "sm2";

/** A vendor's library with a key in it, as a card node is set to it. */
export interface CardDouble {
  library: SteeredLibrary;
  key: MadeKey;
  settings(more?: Partial<CardSettings>): CardSettings;
}

const NONE = { token: "", keyFile: "", controlUrl: "" };

/** The card's own library, with a key of its own. `defines` as in `spsecure-double.c`. */
export function spSecureDouble(dir: string, kind: KeyKind, defines: readonly string[] = []): CardDouble {
  const name = `spsecure-${[kind, ...defines].join("-").toLowerCase()}`;
  const library = new SteeredLibrary(dir, "spsecure-double", ["crypto"], name, defines);
  const key = makeKey(dir, name, kind);
  const der = join(dir, `${name}.cer`);
  writeFileSync(der, new X509Certificate(key.certificate).raw);
  const environment = { ...library.environment, SHIM_KEY: key.keyFile, SHIM_CERTIFICATE: der, SHIM_PIN: PIN };
  const settings = (more: Partial<CardSettings> = {}): CardSettings => ({
    ...{ ...NONE, backend: "spsecure", pin: PIN, module: library.module, moduleEnvironment: environment },
    ...more,
  });
  return { library, key, settings };
}

/** An HSM's library, its key at number 3. `defines` as in `sdf-double.c`. */
export function sdfDouble(dir: string, kind: KeyKind, defines: readonly string[] = []): CardDouble {
  const name = `sdf-${[kind, ...defines].join("-").replaceAll("=", "").toLowerCase()}`;
  const library = new SteeredLibrary(dir, "sdf-double", ["crypto"], name, defines);
  const key = makeKey(dir, name, kind);
  const environment = { ...library.environment, SHIM_KEY: key.keyFile, SHIM_PIN: PIN };
  const settings = (more: Partial<CardSettings> = {}): CardSettings => ({
    ...{ ...NONE, backend: "sdf", pin: PIN, module: library.module, moduleEnvironment: environment },
    ...{ certificateFile: key.certificateFile, sdfKeyIndex: 3 },
    ...more,
  });
  return { library, key, settings };
}
