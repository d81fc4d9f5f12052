import { readFileSync } from "node:fs";
import type { ImportClientError } from "../../errors.js";
import { saidOf } from "../../system-fault.js";
import { identityOf } from "../certificate.js";
import { assertSignsWith, cardClosed, cardFault } from "../faults.js";
import { markNotTried, PinGuard } from "../pin-guard.js";
import { type Connect, SerialQueue } from "../serial-queue.js";
import { type CardSettings, type CardTimeouts, timeoutsOf } from "../settings.js";
import { sm2Digest, sm2Raw } from "../sm2.js";
import { ObservableState } from "../state.js";
import { tokenNames } from "../token-names.js";
import type { CardBackend, CardEvent, CardIdentity, CardState, PinAttempts, SignAlgorithm } from "../types.js";
import { verifyWith } from "../verify.js";
import { moduleEnvironment } from "./environment.js";
import { ChildLink, LinkError } from "./link.js";
import type { DriverName, Selection, TokenFacts } from "./protocol.js";

/** How long the module may take to log out when the card is closed. */
const CLOSE_LIMIT = 2_000;

/** One child process with a token found in it. */
interface Session {
  link: ChildLink;
  token: TokenFacts;
  identity: CardIdentity | undefined;
  loggedIn: boolean;
}

/** What a backend knows of its library: the rest is the same for all of them. */
export interface Vendor {
  /** The backend's name. */
  kind: string;
  driver: DriverName;
  /** Which token and key. `certificate`: of the settings' file, where there is one. */
  select(settings: CardSettings, certificate: Buffer | null): Selection;
  /** What the token can sign with. */
  algorithms(token: TokenFacts, certificate: Buffer, settings: CardSettings): SignAlgorithm[];
  /** SM2: the library signs a digest, SM3(Z || data), that is made here. */
  digestsSm2(settings: CardSettings): boolean;
  /** Throws what says that the token's key is not the certificate's, where that can be seen without a login. */
  assertKey?(token: TokenFacts, certificate: Buffer): void;
  fault(error: LinkError, step: "connect" | "login" | "sign", limit: number): ImportClientError;
  /** Folder that its process runs in; undefined = where we do. */
  folder?(settings: CardSettings): string | undefined;
}

/**
 * A token behind a vendor's library, which runs in a process that can be killed. One session a token, one login a session, calls one
 * after the other.
 */
export class ModuleCard implements CardBackend {
  readonly kind: string;
  private readonly observed = new ObservableState();
  private readonly guard: PinGuard;
  private readonly limits: CardTimeouts;
  private session: Session | undefined;
  private link: ChildLink | undefined;
  /** Attaching and logging in happen one at a time; callers wait here. */
  private readonly queue = new SerialQueue();
  private allowFinalTry = false;
  private closed = false;
  /** The one card that may sign: its certificate's number and, once seen, its token. */
  private bound: string;
  private boundToken = "";

  constructor(
    private readonly settings: CardSettings,
    attempts: PinAttempts,
    private readonly vendor: Vendor,
  ) {
    this.kind = vendor.kind;
    this.guard = new PinGuard(attempts, settings.pinPad ? "" : settings.pin);
    this.limits = timeoutsOf(settings);
    this.bound = settings.certificateNumber?.toLowerCase() ?? "";
  }

  get state(): CardState {
    return this.observed.current;
  }

  onState(listener: (event: CardEvent) => void): () => void {
    return this.observed.on(listener);
  }

  /** Process id of the module's process, for tests and diagnose; undefined while there is none. */
  get modulePid(): number | undefined {
    return this.link?.alive ? this.link.pid : undefined;
  }

  async identity(): Promise<CardIdentity> {
    const session = this.ready() ?? (await this.queue.run((connect) => connect(() => this.attached())));
    if (session.identity) return session.identity;
    throw cardFault(
      "CERTIFICATE-ABSENT",
      {
        zh: "登录前读不到签名证书",
        en: "the signing certificate cannot be identified, or not be read, without a login",
      },
      {
        zh: "请写明密钥标签或 ID，或在卡节点中指定证书文件。",
        en: "Name the key by label or id, or give the certificate's file in the card node.",
      },
    );
  }

  async sign(algorithm: SignAlgorithm, data: Buffer): Promise<Buffer> {
    for (let round = 1; ; round++) {
      const session = this.ready() ?? (await this.queue.run((connect) => this.loggedIn(connect)));
      if (session.identity) assertSignsWith(session.identity, algorithm);
      try {
        return await this.signWith(session, algorithm, data);
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        // A stale session (card pulled and put back) or a process that ended before it came to this call: nothing was
        // signed, so it is tried once more from the start.
        const again = error.inner === "NOT-STARTED" || error.gone;
        if (error.gone || !session.link.alive) this.drop(session);
        if (again && round === 1 && !this.closed) continue;
        throw this.report(this.vendor.fault(error, "sign", this.limits.sign));
      }
    }
  }

  async release(reason: string): Promise<void> {
    this.allowFinalTry = true;
    const session = this.session ?? (await this.queue.run((connect) => connect(() => this.attached())));
    await this.guard.release(namesOf(session), reason);
    if (this.state === "closed") this.observed.set("unknown");
  }

  async close(): Promise<void> {
    this.closed = true;
    this.session = undefined;
    const link = this.link;
    this.link = undefined;
    await link?.close(CLOSE_LIMIT);
    this.observed.set("unknown");
  }

  private ready(): Session | undefined {
    const session = this.session;
    return session?.loggedIn && session.link.alive ? session : undefined;
  }

  private drop(session: Session): void {
    session.loggedIn = false;
    if (this.session === session) this.session = undefined;
  }

  /** A session with the token found; no PIN is used. */
  private async attached(): Promise<Session> {
    if (this.closed) throw cardClosed();
    if (this.session?.link.alive) return this.session;
    this.session = undefined;
    if (!this.link?.alive) {
      const { moduleEnvironment: added = {}, pin } = this.settings;
      const environment = moduleEnvironment(process.env, added, pin);
      this.link = new ChildLink(environment, this.vendor.folder?.(this.settings));
    }
    const { link, settings, vendor } = this;
    const file = this.certificateFile();
    const ask = { driver: vendor.driver, module: settings.module, select: vendor.select(settings, file) };
    let facts: TokenFacts;
    try {
      facts = await link.call("attach", ask, this.limits.connect);
    } catch (error) {
      throw this.report(this.vendor.fault(error as LinkError, "connect", this.limits.connect));
    }
    const session: Session = { link, token: facts, identity: undefined, loggedIn: false };
    if (this.boundToken && facts.id !== this.boundToken) throw this.otherCard(facts.id, this.boundToken);
    this.takeCertificate(session, file ?? facts.certificate);
    this.boundToken = facts.id;
    if (facts.locked) this.observed.set("locked", "CKR_PIN_LOCKED", LOCKED_TEXT);
    else if (facts.countLow) this.observed.set(this.state, "COUNT-LOW", COUNT_LOW_TEXT);
    else if (this.state === "absent") this.observed.set("unknown");
    this.session = session;
    return session;
  }

  /** A session that is logged in: at most one login each, and only past the guard. */
  private async loggedIn(connect: Connect): Promise<Session> {
    const ready = this.ready();
    if (ready) return ready;
    const session = await connect(() => this.attached());
    const { token, link } = session;
    const pin = this.settings.pinPad ? undefined : this.settings.pin;
    const allowFinalTry = this.allowFinalTry;
    let certificate: Uint8Array | null = null;
    let after: LinkError | undefined;
    try {
      await this.guard.login(namesOf(session), async () => {
        try {
          const facts = await link.call("login", { pin, token: token.id, allowFinalTry }, this.limits.login);
          certificate = facts.certificate;
        } catch (thrown) {
          const error = thrown as LinkError;
          if (error.gone || !link.alive) this.drop(session);
          if (error.accepted) {
            after = error;
            return;
          }
          const fault = this.vendor.fault(error, "login", this.limits.login);
          throw error.tried ? fault : markNotTried(fault);
        }
      });
    } catch (error) {
      throw this.report(error as ImportClientError);
    }
    this.allowFinalTry = false;
    if (after) {
      this.drop(session);
      throw this.report(this.vendor.fault(after, "login", this.limits.login));
    }
    if (certificate && !this.settings.certificateFile) this.takeCertificate(session, certificate);
    await this.prove(session);
    session.loggedIn = true;
    this.observed.set("ready");
    return session;
  }

  private async signWith(session: Session, algorithm: SignAlgorithm, data: Buffer): Promise<Buffer> {
    const sm2 = algorithm === "sm2-sm3" ? this.settings.sm2Mechanism : undefined;
    const digested = algorithm === "sm2-sm3" && this.vendor.digestsSm2(this.settings);
    const certificate = digested ? session.identity?.certificate : undefined;
    const input = certificate ? await sm2Digest(certificate, data) : data;
    const ask = { algorithm, data: input, digested: certificate !== undefined, ...(sm2 && { sm2 }) };
    const answer = await session.link.call("sign", ask, this.limits.sign);
    const signature = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
    return algorithm === "sm2-sm3" ? sm2Raw(signature) : signature;
  }

  /** Signs once and verifies with the certificate: a key that does not belong to it, or a mechanism that is not SM2. */
  private async prove(session: Session): Promise<void> {
    const { identity } = session;
    if (!identity) return;
    const algorithm = identity.algorithms.includes("rsa-sha256") ? "rsa-sha256" : identity.algorithms[0];
    if (!algorithm) return;
    const sample = Buffer.from("single-window self-test");
    let good: boolean;
    try {
      const signature = await this.signWith(session, algorithm, sample);
      good = await verifyWith(identity.certificate, algorithm, sample, signature);
    } catch (error) {
      this.drop(session);
      throw error instanceof LinkError ? this.report(this.vendor.fault(error, "sign", this.limits.sign)) : error;
    }
    if (good) return;
    this.drop(session);
    throw cardFault(
      "SELF-TEST",
      {
        zh: "签名自检未通过：私钥与证书不符，或 SM2 机制号不对",
        en: "the self-test failed: the key does not belong to the certificate, or the SM2 mechanism number is wrong",
      },
      {
        zh: "请核对密钥标签、证书文件和 SM2 机制号。",
        en: "Check the key's label, the certificate's file and the SM2 mechanism number.",
      },
    );
  }

  private takeCertificate(session: Session, certificate: Uint8Array | null): void {
    if (!certificate) return;
    const { settings, vendor } = this;
    const { token } = session;
    const read = identityOf(Buffer.from(certificate), {
      companyCode: settings.companyCode || token.holder?.companyCode,
      cardNumber: settings.cardNumber,
      tokenSerial: token.serial,
      algorithms: [],
    });
    vendor.assertKey?.(token, read.certificate);
    const identity: CardIdentity = {
      ...read,
      algorithms: vendor.algorithms(token, read.certificate, settings),
      certificateNumber: token.holder?.certificateNumber || read.certificateNumber,
      companyName: token.holder?.companyName || read.companyName,
    };
    if (this.bound && identity.certificateNumber !== this.bound) {
      throw this.otherCard(identity.certificateNumber, this.bound);
    }
    this.bound = identity.certificateNumber;
    session.identity = identity;
  }

  private otherCard(found: string, expected: string): ImportClientError {
    return this.report(
      cardFault(
        "OTHER-CARD",
        {
          zh: `插入的是另一张卡（${found}，应为 ${expected}）`,
          en: `another card is inserted (${found}, expected ${expected})`,
        },
        {
          zh: "请插回原来的卡；如确需换卡，请重新部署卡节点或修改证书号。",
          en: "Insert the card that was there before; to change cards, deploy the card node again or set its certificate number.",
        },
        { state: "absent" },
      ),
    );
  }

  private certificateFile(): Buffer | null {
    const { certificateFile } = this.settings;
    if (!certificateFile) return null;
    try {
      return readFileSync(certificateFile);
    } catch (cause) {
      throw cardFault(
        "CERTIFICATE-UNREADABLE",
        {
          zh: `证书文件无法读取：${saidOf(cause).zh}`,
          en: `the certificate's file cannot be read: ${saidOf(cause).en}`,
        },
        { zh: "请检查证书文件路径。", en: "Check the path of the certificate's file." },
        { cause },
      );
    }
  }

  /** Takes the state that an error tells of. */
  private report(error: ImportClientError): ImportClientError {
    const { state, inner } = error.details;
    if (state) this.observed.set(state as CardState, inner ?? "", error.text);
    else if (error.code === "SW-PIN-GUARD") this.observed.set(this.state, error.code, error.text);
    return error;
  }
}

function namesOf({ token, identity }: Session): readonly string[] {
  return tokenNames(token.id, identity?.certificate);
}

const LOCKED_TEXT = { zh: "卡已锁定", en: "the card's PIN is locked" };
const COUNT_LOW_TEXT = {
  zh: "卡提示剩余密码次数减少：有人输错过密码",
  en: "the card says that fewer PIN tries are left: someone entered a wrong PIN",
};
