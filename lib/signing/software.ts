import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { type Bilingual, type ImportClientError, messageOf } from "../errors.js";
import { saidOf } from "../system-fault.js";
import { identityOf } from "./certificate.js";
import { assertSignsWith, cardFault, pinEmpty } from "./faults.js";
import { markNotTried, PinGuard } from "./pin-guard.js";
import type { CardSettings } from "./settings.js";
import { sm2PublicFromPrivate, sm2PublicKey, sm2Sign } from "./sm2.js";
import { ObservableState } from "./state.js";
import type { CardBackend, CardEvent, CardIdentity, CardState, PinAttempts, SignAlgorithm } from "./types.js";

/** In a thread of its own: a signature takes half a millisecond, in which the event loop can do other work. */
const rsaSign = promisify(sign) as (digest: string, data: Buffer, key: KeyObject) => Promise<Buffer>;

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

const KEY_ADVICE = {
  zh: "请检查密钥文件和证书文件的路径与格式（PEM）。",
  en: "Check path and format (PEM) of the key's and the certificate's file.",
};

/** What makes a PEM file of key and certificate out of a PKCS#12 file. */
export const PKCS12_TO_PEM = "openssl pkcs12 -in key.p12 -out key.pem";

/** The start of a PKCS#12 file behind its outer SEQUENCE's head: version 3 (RFC 7292, section 4). */
const PKCS12_VERSION = Buffer.from("020103", "hex");

type Key = { kind: "rsa"; key: KeyObject } | { kind: "sm2"; scalar: string; publicKey: string };

interface Opened {
  key: Key;
  identity: CardIdentity;
}

/** OID of sm2p256v1, in a PKCS#8 key. */
const SM2_CURVE = Buffer.from("06082a811ccf5501822d", "hex");

/** What people are warned of. */
export const NO_CARD: Bilingual = {
  zh: "使用的是密钥文件，不是卡，仅供测试",
  en: "a key file is used, not a card: for tests only",
};

/**
 * A private key in a file: for test environments, it is not a card. PEM (PKCS#8, PKCS#1 or SEC1, encrypted or not) with an
 * RSA or an SM2 key; the certificate lies in the same file or in `certificateFile`.
 */
export class SoftwareCard implements CardBackend {
  readonly kind = "software";
  private readonly observed = new ObservableState();
  private readonly guard: PinGuard;
  private opening: Promise<Opened> | undefined;

  constructor(
    private readonly settings: CardSettings,
    attempts: PinAttempts,
  ) {
    this.guard = new PinGuard(attempts, this.password());
  }

  get state(): CardState {
    return this.observed.current;
  }

  onState(listener: (event: CardEvent) => void): () => void {
    return this.observed.on(listener);
  }

  async identity(): Promise<CardIdentity> {
    return (await this.open()).identity;
  }

  async sign(algorithm: SignAlgorithm, data: Buffer): Promise<Buffer> {
    const { key, identity } = await this.open();
    assertSignsWith(identity, algorithm);
    if (key.kind === "sm2") return sm2Sign(key.scalar, key.publicKey, data);
    return rsaSign(algorithm === "rsa-sha1" ? "sha1" : "sha256", data, key.key);
  }

  async release(reason: string): Promise<void> {
    await this.guard.release(this.names(), reason);
    this.opening = undefined;
    if (this.state === "closed") this.observed.set("unknown");
  }

  async close(): Promise<void> {
    this.opening = undefined;
    this.observed.set("unknown");
  }

  private password(): string {
    return this.settings.keyPassword || this.settings.pin;
  }

  /** The file by its path, and its key wherever it lies. */
  private names(pem = this.keyIn()): readonly string[] {
    const own = `software:${this.settings.keyFile}`;
    return pem ? [own, `software-key:${createHash("sha256").update(pem).digest("hex")}`] : [own];
  }

  /** The key in the file, if that can be read. */
  private keyIn(): string | undefined {
    try {
      return this.material(this.settings.keyFile).key;
    } catch {
      return undefined;
    }
  }

  private open(): Promise<Opened> {
    if (!this.opening) {
      const opening = this.read();
      this.opening = opening;
      opening.catch(() => {
        if (this.opening === opening) this.opening = undefined;
      });
    }
    return this.opening;
  }

  private async read(): Promise<Opened> {
    const file = this.material(this.settings.keyFile);
    const { key: pem } = file;
    if (!pem) {
      throw cardFault(
        "KEY-UNREADABLE",
        { zh: "密钥文件中没有私钥", en: "there is no private key in the key's file" },
        KEY_ADVICE,
      );
    }
    let key: Key;
    if (pem.includes("ENCRYPTED")) {
      if (this.password() === "") throw pinEmpty();
      const opened: Key[] = [];
      try {
        await this.guard.login(this.names(pem), async () => {
          opened.push(await this.privateKey(pem));
        });
      } catch (error) {
        const { code, details, text } = error as ImportClientError;
        if (details?.state === "closed") this.observed.set("closed", "KEY-PASSWORD");
        else if (code === "SW-PIN-GUARD") this.observed.set(this.state, code, text);
        throw error;
      }
      key = opened[0] as Key;
    } else key = await this.privateKey(pem);

    const holder = this.settings.certificateFile ? this.material(this.settings.certificateFile) : file;
    const certificates = this.certificatesOf(holder);
    const [first] = certificates;
    if (!first) {
      throw cardFault(
        "CERTIFICATE-ABSENT",
        { zh: "没有找到证书", en: "there is no certificate in the key's file or in the certificate's file" },
        KEY_ADVICE,
      );
    }
    // A file may hold the issuers' certificates too.
    const certificate = certificates.find((candidate) => belongs(key, candidate));
    if (!certificate) {
      throw cardFault(
        "KEY-MISMATCH",
        { zh: "私钥与证书不匹配", en: "the private key does not belong to the certificate" },
        KEY_ADVICE,
      );
    }
    const identity = identityOf(certificate, {
      companyCode: this.settings.companyCode,
      cardNumber: this.settings.cardNumber,
      algorithms: key.kind === "sm2" ? ["sm2-sm3"] : ["rsa-sha256", "rsa-sha1"],
    });
    this.observed.set("ready", "SOFTWARE-KEY", NO_CARD);
    return { key, identity };
  }

  private async privateKey(pem: string): Promise<Key> {
    let key: KeyObject;
    try {
      key = createPrivateKey({ key: pem, passphrase: this.password() || undefined });
    } catch (cause) {
      const fault =
        isWrongPassword(cause) || (pem.includes("ENCRYPTED") && canBeDecrypted(pem))
          ? cardFault(
              "KEY-PASSWORD",
              { zh: "密钥文件的密码错误", en: "the key file's password is wrong" },
              { zh: "请改正密钥密码。", en: "Correct the key's password." },
              { state: "closed", details: { pin: true } },
            )
          : markNotTried(
              cardFault("KEY-UNREADABLE", { zh: "私钥无法解析", en: "the private key cannot be read" }, KEY_ADVICE, {
                cause,
              }),
            );
      throw fault;
    }
    if (key.asymmetricKeyType === "rsa") return { kind: "rsa", key };
    const der = key.export({ type: "pkcs8", format: "der" });
    if (key.asymmetricKeyType === ("sm2" as string) || der.includes(SM2_CURVE)) {
      // ECPrivateKey: INTEGER 1, then OCTET STRING of 32 bytes: the scalar.
      const at = der.indexOf(Buffer.from("0201010420", "hex"));
      const scalar = der.toString("hex", at + 5, at + 37);
      return { kind: "sm2", scalar, publicKey: await sm2PublicFromPrivate(scalar) };
    }
    throw markNotTried(
      cardFault(
        "KEY-TYPE",
        {
          zh: `不支持的密钥类型 ${key.asymmetricKeyType}`,
          en: `keys of type ${key.asymmetricKeyType} are not supported`,
        },
        { zh: "请使用 RSA 或 SM2 密钥。", en: "Use an RSA or an SM2 key." },
      ),
    );
  }

  private certificatesOf(material: Material): Buffer[] {
    try {
      return material.certificates();
    } catch (cause) {
      throw cardFault(
        "CERTIFICATE-UNREADABLE",
        { zh: "文件中的证书无法解析", en: "the certificates in the file cannot be read" },
        KEY_ADVICE,
        { cause },
      );
    }
  }

  /** What is in a file: PEM, or a certificate in DER. */
  private material(file: string): Material {
    if (file === "") {
      throw cardFault(
        "KEY-UNREADABLE",
        { zh: "没有填写密钥文件的路径", en: "the path of the key's file is not set" },
        {
          zh: "请在卡节点的“密钥文件”中填写，或设置它所取自的环境变量（示例中为 SW_CARD_KEYFILE），然后部署。",
          en: "Set it in the card node, or the variable that it is taken from (SW_CARD_KEYFILE in the example), and deploy.",
        },
        { state: "absent" },
      );
    }
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (cause) {
      throw cardFault(
        "KEY-UNREADABLE",
        { zh: `文件无法读取：${saidOf(cause).zh}`, en: `the file cannot be read: ${saidOf(cause).en}` },
        KEY_ADVICE,
        { cause, state: "absent" },
      );
    }
    const blocks = [...bytes.toString("latin1").matchAll(PEM)].map(([text, type]) => ({ type: type as string, text }));
    if (blocks.length > 0) {
      return {
        key: blocks.find(({ type }) => type.endsWith("PRIVATE KEY"))?.text,
        certificates: () =>
          blocks.filter(({ type }) => type === "CERTIFICATE").map(({ text }) => new X509Certificate(text).raw),
      };
    }
    if (bytes[0] === 0x30 && bytes.subarray(2, 9).includes(PKCS12_VERSION)) throw pkcs12(file);
    try {
      const { raw } = new X509Certificate(bytes);
      return { key: undefined, certificates: () => [raw] };
    } catch (cause) {
      throw cardFault("KEY-FORMAT", { zh: "密钥文件不是 PEM", en: "the key's file is not PEM" }, KEY_ADVICE, { cause });
    }
  }
}

function isWrongPassword(cause: unknown): boolean {
  return /bad decrypt|decryption|BAD_DECRYPT|maybe wrong password|bad password/i.test(messageOf(cause));
}

/**
 * Is an encrypted key that could not be read one of an encryption that is known here? Then its password was wrong all the same: of some 250 wrong
 * ones one looks right, by its padding, and what comes out is no key. All of these that are tried look right in one case of millions.
 */
function canBeDecrypted(pem: string): boolean {
  return ["any", "other", "password"].some((passphrase) => {
    try {
      createPrivateKey({ key: pem, passphrase });
      return true;
    } catch (error) {
      return isWrongPassword(error);
    }
  });
}

interface Material {
  /** PEM. */
  key: string | undefined;
  /** DER. */
  certificates(): Buffer[];
}

function pkcs12(file: string): ImportClientError {
  return cardFault(
    "KEY-PKCS12",
    { zh: `${file} 是 PKCS#12 文件（.p12、.pfx），需转换为 PEM`, en: `${file} is PKCS#12 (.p12, .pfx); PEM is needed` },
    {
      zh: `请转换后在卡节点中改用 PEM 文件：${PKCS12_TO_PEM}（旧文件需加 -legacy）。`,
      en: `Convert it and name the PEM file in the card node: ${PKCS12_TO_PEM} (old files need -legacy).`,
    },
  );
}

function belongs(key: Key, certificate: Buffer): boolean {
  if (key.kind === "sm2") return sm2PublicKey(certificate) === key.publicKey;
  try {
    return createPublicKey(key.key).equals(new X509Certificate(certificate).publicKey);
  } catch {
    // A certificate with a key that Node cannot take, SM2 for one.
    return false;
  }
}
