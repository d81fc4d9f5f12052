import { createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";

/**
 * As much of PKCS#12 (RFC 7292) as a key file needs: the first private key and the certificates. Node has no reader for
 * it. Encryptions: PBES2 with AES-CBC (OpenSSL 3, Java 17 and later) and SHA-1 with three-key 3DES; files of the 40-bit
 * RC2 kind are refused. The MAC is not checked: a wrong password shows in the key's own encryption.
 */
export interface Pkcs12 {
  /** PEM, PKCS#8, encrypted as in the file unless `plain`. */
  key: string;
  plain: boolean;
  /** DER. The password has to be right. */
  certificates(password: string): Buffer[];
}

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const PBES2 = "1.2.840.113549.1.5.13";
const SHA1_3DES = "1.2.840.113549.1.12.1.3";
const AES_CBC: Record<string, [cipher: string, keyLength: number]> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
};
const HMAC: Record<string, string> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

/** One DER value. */
class Der {
  constructor(
    readonly tag: number,
    readonly body: Buffer,
    /** With its head. */
    readonly whole: Buffer,
  ) {}

  /** Values one after the other. Throws RangeError for what is no DER. */
  static all(bytes: Buffer): Der[] {
    const found: Der[] = [];
    for (let at = 0; at < bytes.length; ) {
      let start = at + 2;
      let length = bytes[at + 1] ?? 0x80;
      if (length > 0x80 && length <= 0x84) {
        const octets = length - 0x80;
        length = bytes.readUIntBE(start, octets);
        start += octets;
      } else if (length >= 0x80) throw new RangeError("not DER");
      if (start + length > bytes.length) throw new RangeError("DER breaks off");
      found.push(
        new Der(bytes[at] as number, bytes.subarray(start, start + length), bytes.subarray(at, start + length)),
      );
      at = start + length;
    }
    return found;
  }

  get children(): Der[] {
    return Der.all(this.body);
  }

  child(index: number): Der {
    const found = this.children[index];
    if (!found) throw new RangeError("not PKCS#12");
    return found;
  }

  get oid(): string {
    const [first = 0, ...rest] = this.body;
    const parts = [Math.floor(first / 40), first % 40];
    let value = 0;
    for (const octet of rest) {
      value = value * 128 + (octet & 0x7f);
      if (octet < 0x80) {
        parts.push(value);
        value = 0;
      }
    }
    // The first two numbers share an octet; 2.16 is the only one here above 79.
    return (first >= 80 ? [2, first - 80, ...parts.slice(2)] : parts).join(".");
  }

  get integer(): number {
    return this.body.readUIntBE(0, this.body.length);
  }
}

/** Key derivation of PKCS#12 itself (RFC 7292, appendix B) with SHA-1. */
function derive(password: string, salt: Buffer, rounds: number, purpose: 1 | 2, length: number): Buffer {
  const block = 64;
  const text = Buffer.from(`${password}\0`, "utf16le").swap16();
  const repeated = (part: Buffer): Buffer =>
    part.length === 0 ? part : Buffer.alloc(block * Math.ceil(part.length / block), part);
  const input = Buffer.concat([repeated(salt), repeated(text)]);
  const out: Buffer[] = [];
  for (let made = 0; made < length; made += 20) {
    let hash = createHash("sha1").update(Buffer.alloc(block, purpose)).update(input).digest();
    for (let round = 1; round < rounds; round++) hash = createHash("sha1").update(hash).digest();
    out.push(hash);
    // Every block of the input becomes itself + the hash + 1, modulo 2^512.
    const add = Buffer.alloc(block, hash);
    for (let at = 0; at < input.length; at += block) {
      let carry = 1;
      for (let index = block - 1; index >= 0; index--) {
        carry += (input[at + index] as number) + (add[index] as number);
        input[at + index] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
  return Buffer.concat(out).subarray(0, length);
}

function decrypt(algorithm: Der, data: Buffer, password: string): Buffer {
  const [name, parameters] = algorithm.children;
  if (!name || !parameters) throw new RangeError("not PKCS#12");
  let cipher: string;
  let key: Buffer;
  let iv: Buffer;
  if (name.oid === PBES2) {
    const kdf = parameters.child(0).child(1).children;
    const [salt, rounds] = kdf;
    const prf = kdf.find(({ tag }) => tag === 0x30);
    const scheme = parameters.child(1);
    const known = AES_CBC[scheme.child(0).oid];
    const hash = prf ? HMAC[prf.child(0).oid] : "sha1";
    if (!known || !hash || !salt || !rounds) throw new RangeError("an encryption that is not read");
    cipher = known[0];
    key = pbkdf2Sync(password, salt.body, rounds.integer, known[1], hash);
    iv = scheme.child(1).body;
  } else if (name.oid === SHA1_3DES) {
    const salt = parameters.child(0).body;
    const rounds = parameters.child(1).integer;
    cipher = "des-ede3-cbc";
    key = derive(password, salt, rounds, 1, 24);
    iv = derive(password, salt, rounds, 2, 8);
  } else throw new RangeError("an encryption that is not read");
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

/** Reads a PKCS#12 file without its password. Throws RangeError when it is none, or has no key outside of encrypted parts. */
export function readPkcs12(bytes: Buffer): Pkcs12 {
  const [pfx] = Der.all(bytes);
  if (pfx?.tag !== 0x30) throw new RangeError("not PKCS#12");
  const safe = pfx.child(1);
  if (safe.child(0).oid !== DATA) throw new RangeError("not PKCS#12");
  const contents = (Der.all(safe.child(1).child(0).body)[0] as Der).children;
  const bagsOf = (bytesOfSafe: Buffer): Der[] => Der.all(bytesOfSafe)[0]?.children ?? [];
  const open = contents
    .filter((content) => content.child(0).oid === DATA)
    .flatMap((content) => bagsOf(content.child(1).child(0).body));
  const keyBag = open.find((bag) => [KEY_BAG, SHROUDED_KEY_BAG].includes(bag.child(0).oid));
  if (!keyBag) throw new RangeError("there is no private key");
  const plain = keyBag.child(0).oid === KEY_BAG;
  const type = plain ? "PRIVATE KEY" : "ENCRYPTED PRIVATE KEY";
  const base64 = keyBag.child(1).child(0).whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: `-----BEGIN ${type}-----\n${base64.trimEnd()}\n-----END ${type}-----\n`,
    plain,
    certificates(password) {
      const closed = contents
        .filter((content) => content.child(0).oid === ENCRYPTED_DATA)
        .flatMap((content) => {
          const info = content.child(1).child(0).child(1);
          return bagsOf(decrypt(info.child(1), info.child(2).body, password));
        });
      return [...open, ...closed]
        .filter((bag) => bag.child(0).oid === CERTIFICATE_BAG)
        .map((bag) => bag.child(1).child(0).child(1).child(0).body);
    },
  };
}
