import { identityOf } from "../certificate.js";
import { moduleEnvironment } from "../module/environment.js";
import { ChildLink, LinkError } from "../module/link.js";
import type { TokenListing } from "../module/protocol.js";
import { pkcs11Fault } from "./faults.js";

/** A key on a token, as far as it can be seen without a login: by its certificate or its public half. */
export interface ListedKey {
  label: string;
  /** CKA_ID as hex. */
  id: string;
  /** Whose certificate it has; empty where there is none. */
  holder: string;
}

export interface ListedToken {
  label: string;
  serial: string;
  /** Slot id, where labels do not tell tokens apart. */
  slot: number;
  maker: string;
  keys: ListedKey[];
}

/** Milliseconds for a driver to start and tell its tokens. */
const LIMIT = 15_000;
const CLOSE_LIMIT = 2_000;

/**
 * The tokens that a PKCS#11 module sees and what is public on each, by a process of its own that ends with it. No PIN is used. Rejects with
 * C134 or C141, as signing would.
 */
export async function listTokens(module: string): Promise<ListedToken[]> {
  const link = new ChildLink(moduleEnvironment(process.env, {}, ""));
  try {
    const tokens = await link.call("list", { driver: "pkcs11", module }, LIMIT);
    return tokens.map(({ keys, ...token }) => ({ ...token, keys: keys.map(keyOf) }));
  } catch (error) {
    throw error instanceof LinkError ? pkcs11Fault(error, "connect", LIMIT) : error;
  } finally {
    await link.close(CLOSE_LIMIT);
  }
}

function keyOf({ label, id, certificate }: TokenListing["keys"][number]): ListedKey {
  return { label, id: Buffer.from(id).toString("hex"), holder: holderOf(certificate) };
}

function holderOf(certificate: Uint8Array | null): string {
  if (!certificate) return "";
  try {
    const { holder, companyName } = identityOf(Buffer.from(certificate), { algorithms: [] });
    return companyName || holder;
  } catch {
    return "";
  }
}
