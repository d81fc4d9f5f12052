import { createPrivateKey, sign as rsaSign } from "node:crypto";
import { readFileSync } from "node:fs";
import type Pkcs11 from "pkcs11js";
import WebSocket from "ws";
import { paddedDigestInfo } from "../../lib/signing/digest-info.js";
import type { CardSettings } from "../../lib/signing/settings.js";

/** A library as a program without us calls it: one signature after the other, in this process. */
export interface Bare {
  sign(data: Buffer): Buffer | Promise<Buffer>;
  close(): unknown;
}

/** The module's own calls, with RSA and SHA-256. */
export function barePkcs11(
  { module, config, label }: { module: string; config: string; label: string },
  pin: string,
): Bare {
  process.env.SOFTHSM2_CONF = config;
  const library = require("pkcs11js") as typeof Pkcs11;
  const p11 = new library.PKCS11();
  p11.load(module);
  p11.C_Initialize();
  const slot = p11.C_GetSlotList(true).find((one) => p11.C_GetTokenInfo(one).label.trim() === label) as Buffer;
  const session = p11.C_OpenSession(slot, library.CKF_SERIAL_SESSION);
  p11.C_Login(session, library.CKU_USER, pin);
  p11.C_FindObjectsInit(session, [{ type: library.CKA_CLASS, value: library.CKO_PRIVATE_KEY }]);
  const key = p11.C_FindObjects(session, 1)[0] as Buffer;
  p11.C_FindObjectsFinal(session);
  return {
    sign: (data) => {
      p11.C_SignInit(session, { mechanism: library.CKM_SHA256_RSA_PKCS }, key);
      return p11.C_Sign(session, data, Buffer.alloc(512));
    },
    close: () => p11.C_Finalize(),
  };
}

type Call = (...args: unknown[]) => number;
interface Koffi {
  load(path: string): { func(name: string, result: string, args: string[]): Call };
}

/** Functions of a C library, and its environment in this process: doubles look at it with each call. */
function loaded({ module, moduleEnvironment }: CardSettings, names: Record<string, string[]>) {
  const library = (require("koffi") as Koffi).load(module);
  const calls = Object.fromEntries(
    Object.entries(names).map(([name, args]) => [name, library.func(name, "uint32_t", args)]),
  ) as Record<string, Call>;
  return (name: string, ...args: unknown[]): void => {
    Object.assign(process.env, moduleEnvironment);
    const code = calls[name]?.(...args);
    if (code !== 0) throw new Error(`${name}: ${code}`);
  };
}

/** SpcSignData, which makes the digest. */
export function bareSpSecure(settings: CardSettings): Bare {
  const call = loaded(settings, {
    SpcInitEnvEx: [],
    SpcClearEnv: [],
    SpcVerifyPIN: ["void *", "uint32_t", "void *"],
    SpcSignData: ["void *", "uint32_t", "void *", "void *"],
  });
  call("SpcInitEnvEx");
  const pin = Buffer.from(settings.pin);
  call("SpcVerifyPIN", Buffer.concat([pin, Buffer.alloc(1)]), pin.length, Buffer.alloc(4));
  return {
    sign(data) {
      const [signature, length] = [Buffer.alloc(512), Buffer.alloc(4)];
      length.writeUInt32LE(signature.length);
      call("SpcSignData", data, data.length, signature, length);
      return signature.subarray(0, length.readUInt32LE());
    },
    close: () => call("SpcClearEnv"),
  };
}

/** SDF_InternalSign_ECC of a digest, or the bare RSA operation with our padding. `modulus`: bytes, 0 of SM2. */
export function bareSdf(settings: CardSettings, modulus: number, digest: (data: Buffer) => Promise<Buffer>): Bare {
  const call = loaded(settings, {
    SDF_OpenDevice: ["void *"],
    SDF_OpenSession: ["uintptr_t", "void *"],
    SDF_GetPrivateKeyAccessRight: ["uintptr_t", "uint32_t", "void *", "uint32_t"],
    SDF_InternalSign_ECC: ["uintptr_t", "uint32_t", "void *", "uint32_t", "void *"],
    SDF_InternalPrivateKeyOperation_RSA: ["uintptr_t", "uint32_t", "void *", "uint32_t", "void *", "void *"],
    SDF_CloseDevice: ["uintptr_t"],
  });
  const index = settings.sdfKeyIndex ?? 1;
  const place = Buffer.alloc(8);
  call("SDF_OpenDevice", place);
  const device = place.readBigUInt64LE();
  call("SDF_OpenSession", device, place);
  const session = place.readBigUInt64LE();
  const pin = Buffer.from(settings.pin);
  call("SDF_GetPrivateKeyAccessRight", session, index, pin, pin.length);
  return {
    async sign(data) {
      const signature = Buffer.alloc(512);
      if (modulus === 0) {
        const hash = await digest(data);
        call("SDF_InternalSign_ECC", session, index, hash, hash.length, signature);
        return signature.subarray(0, 128);
      }
      const length = Buffer.alloc(4);
      length.writeUInt32LE(signature.length);
      const block = paddedDigestInfo("rsa-sha256", data, modulus);
      call("SDF_InternalPrivateKeyOperation_RSA", session, index, block, block.length, signature, length);
      return signature.subarray(0, length.readUInt32LE());
    },
    close: () => call("SDF_CloseDevice", device),
  };
}

/** Node's own crypto with the key of a file. */
export function bareKeyFile(keyFile: string): Bare {
  const key = createPrivateKey(readFileSync(keyFile));
  return { sign: (data) => rsaSign("sha256", data, key), close: () => undefined };
}

/** One request of the card control on an open WebSocket, answered before the next. */
export async function bareControl(url: string, pin: string): Promise<Bare> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("message", resolve).once("error", reject));
  let id = 1;
  return {
    sign: (data) =>
      new Promise((resolve) => {
        socket.once("message", (answer) => resolve(Buffer.from(String(answer))));
        const args = { inData: data.toString("latin1"), passwd: pin };
        socket.send(JSON.stringify({ _id: id++, _method: "cus-sec_SpcSignDataAsPEM", args }));
      }),
    close: () => socket.terminate(),
  };
}
