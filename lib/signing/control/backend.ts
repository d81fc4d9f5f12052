import { setTimeout as pause } from "node:timers/promises";
import { ImportClientError } from "../../errors.js";
import { identityOf } from "../certificate.js";
import { assertSignsWith, cardClosed, cardFault } from "../faults.js";
import { markNotTried, PinGuard } from "../pin-guard.js";
import { SerialQueue } from "../serial-queue.js";
import { type CardSettings, type CardTimeouts, timeoutsOf } from "../settings.js";
import { sm2PublicKey, sm2Raw } from "../sm2.js";
import { ObservableState } from "../state.js";
import { tokenNames } from "../token-names.js";
import type { CardBackend, CardEvent, CardIdentity, CardState, PinAttempts, SignAlgorithm } from "../types.js";
import { type ControlFault, controlFault } from "./faults.js";
import { ControlError, ControlSocket } from "./socket.js";

const DEFAULT_URL = "ws://127.0.0.1:61232";

/** Milliseconds before a control that refused the connection is tried again, as its own scripts do (domain 3). */
const RECONNECT_AFTER = 500;

/** Only ASCII goes as text: how the control encodes anything else before it signs is not public. */
const NOT_ASCII = /[^\0-\x7f]/;

/** What is known about the card behind one connection. */
interface Connection {
  socket: ControlSocket;
  cardId: string;
  identity: CardIdentity | undefined;
  /** The control took our PIN for this card on this connection. */
  accepted: boolean;
}

/**
 * The 卡控件 (domain 3). It takes the PIN with every request, so the first signature on a connection is the one try that
 * the guard allows; the others wait for it. Before every signature the card's number is asked for, so that the PIN of one
 * card never goes to another.
 */
export class ControlCard implements CardBackend {
  readonly kind = "control";
  private readonly observed = new ObservableState();
  private readonly guard: PinGuard;
  private readonly limits: CardTimeouts;
  private open: Connection | undefined;
  /** One call in flight, whoever asks. */
  private readonly queue = new SerialQueue();
  private bound: string;
  private boundCard = "";
  private closed = false;

  constructor(
    private readonly settings: CardSettings,
    attempts: PinAttempts,
  ) {
    this.guard = new PinGuard(attempts, settings.pin);
    this.limits = timeoutsOf(settings);
    this.bound = settings.certificateNumber?.toLowerCase() ?? "";
  }

  get state(): CardState {
    return this.observed.current;
  }

  onState(listener: (event: CardEvent) => void): () => void {
    return this.observed.on(listener);
  }

  identity(): Promise<CardIdentity> {
    return this.queue.run(async (connect) => this.identify(await connect(() => this.connected())));
  }

  sign(algorithm: SignAlgorithm, data: Buffer): Promise<Buffer> {
    return this.queue.run(async (connect) => {
      const open = await connect(() => this.connected());
      await this.sameCard(open);
      const identity = await this.identify(open);
      assertSignsWith(identity, algorithm);
      return open.accepted ? this.signAgain(open, data) : this.signFirst(open, data);
    });
  }

  release(reason: string): Promise<void> {
    return this.queue.run(async (connect) => {
      const open = await connect(() => this.connected());
      // By its certificate too, where that can be read.
      await this.identify(open).catch(() => undefined);
      await this.guard.release(this.names(open), reason);
      if (this.state === "closed") this.observed.set("unknown");
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.open?.socket.close();
    this.open = undefined;
    this.observed.set("unknown");
  }

  private async connected(): Promise<Connection> {
    if (this.closed) throw cardClosed();
    if (this.open?.socket.alive) return this.open;
    this.open = undefined;
    const socket = await this.connect();
    const open: Connection = { socket, cardId: "", identity: undefined, accepted: false };
    this.open = open;
    open.cardId = (await this.query(open, "SpcGetCardID"))[0] ?? "";
    this.bind(open);
    return open;
  }

  /** A connection whose control has shaken hands; tried twice, as faq 11 has it: reconnect, then C141. */
  private async connect(): Promise<ControlSocket> {
    const { controlUrl, controlCa } = this.settings;
    for (let last = false; ; last = true) {
      try {
        return await ControlSocket.open(controlUrl || DEFAULT_URL, this.limits.connect, controlCa);
      } catch (error) {
        const { kind } = error as ControlError;
        if (last || this.closed || kind === "no-library") throw this.report(error, "connect").fault;
        if (kind !== "no-open") await pause(RECONNECT_AFTER);
      }
    }
  }

  /** Asks for the card's number again: another one is another card, and gets no PIN of ours. */
  private async sameCard(open: Connection): Promise<void> {
    const cardId = (await this.query(open, "SpcGetCardID"))[0] ?? "";
    if (cardId === open.cardId) return;
    open.cardId = cardId;
    open.accepted = false;
    open.identity = undefined;
    this.bind(open);
  }

  private bind(open: Connection): void {
    if (this.boundCard && open.cardId !== this.boundCard) throw this.otherCard(open.cardId, this.boundCard);
    this.boundCard = open.cardId;
  }

  private otherCard(found: string, expected: string): ImportClientError {
    const fault = cardFault(
      "OTHER-CARD",
      {
        zh: `插入的是另一张卡（${found}，应为 ${expected}）`,
        en: `another card is inserted (${found}, expected ${expected})`,
      },
      {
        zh: "请插回原来的卡；如确需换卡，请重新部署卡节点。",
        en: "Insert the card that was there before; to change cards, deploy the card node again.",
      },
      { state: "absent" },
    );
    this.observed.set("absent", "OTHER-CARD", fault.text);
    return fault;
  }

  private async identify(open: Connection): Promise<CardIdentity> {
    if (open.identity) return open.identity;
    const certificate = Buffer.from((await this.query(open, "SpcGetSignCertAsPEM"))[0] ?? "");
    const optional = async (method: string): Promise<string> => {
      try {
        return (await this.query(open, method))[0]?.trim() ?? "";
      } catch (error) {
        // An older control may not know the method; a connection that is gone is another matter.
        if (open.socket.alive) return "";
        throw error;
      }
    };
    const number = (await optional("SpcGetCertNo")).toLowerCase();
    const company = await optional("SpcGetEntID");
    const name = await optional("SpcGetEntName");
    const algorithm = this.settings.controlAlgorithm ?? algorithmOf(certificate);
    const read = identityOf(pem(certificate), {
      companyCode: this.settings.companyCode || company,
      cardNumber: this.settings.cardNumber || open.cardId,
      algorithms: [algorithm],
    });
    const identity = {
      ...read,
      certificateNumber: number || read.certificateNumber,
      companyName: name || read.companyName,
    };
    if (this.bound && identity.certificateNumber !== this.bound) {
      throw this.otherCard(identity.certificateNumber, this.bound);
    }
    this.bound = identity.certificateNumber;
    open.identity = identity;
    return identity;
  }

  /** The one try of the PIN on this connection, past the guard. */
  private async signFirst(open: Connection, data: Buffer): Promise<Buffer> {
    const signatures: Buffer[] = [];
    try {
      await this.guard.login(this.names(open), async () => {
        try {
          signatures.push(await this.request(open, data));
        } catch (error) {
          const { fault, beforePin } = this.report(error, "sign");
          throw beforePin ? markNotTried(fault) : fault;
        }
      });
    } catch (error) {
      throw this.guarded(error);
    }
    open.accepted = true;
    this.observed.set("ready");
    return signatures[0] as Buffer;
  }

  /** The PIN was good a moment ago; should it be refused now, nothing more of it goes out. */
  private async signAgain(open: Connection, data: Buffer): Promise<Buffer> {
    let asked = false;
    try {
      return await this.guard.again(this.names(open), () => {
        asked = true;
        return this.requestAgain(open, data);
      });
    } catch (error) {
      if (asked) throw error;
      // Another process has seen it refused since.
      open.accepted = false;
      throw this.guarded(error);
    }
  }

  private async requestAgain(open: Connection, data: Buffer): Promise<Buffer> {
    try {
      return await this.request(open, data);
    } catch (error) {
      const { fault, pinRefused } = this.report(error, "sign");
      if (pinRefused) {
        open.accepted = false;
        await this.guard.close(this.names(open), fault.details.inner ?? "");
      }
      throw fault;
    }
  }

  /** Takes the state that the guard tells of. */
  private guarded(error: unknown): unknown {
    if (error instanceof ImportClientError && error.code.startsWith("SW-PIN-")) {
      this.observed.set((error.details.state as CardState) ?? this.state, error.code, error.text);
    }
    return error;
  }

  private async request(open: Connection, data: Buffer): Promise<Buffer> {
    const text = data.toString("latin1");
    const [method, inData] = NOT_ASCII.test(text)
      ? ["cus-sec_SpcSignPemDataAsPem", data.toString("base64")]
      : ["cus-sec_SpcSignDataAsPEM", text];
    const args = { inData, passwd: this.settings.pin };
    const [value = "", number = ""] = await open.socket.call(method as string, args, this.limits.sign);
    if (number && open.identity && number.toLowerCase() !== open.identity.certificateNumber) {
      throw this.otherCard(number.toLowerCase(), open.identity.certificateNumber);
    }
    const signature = Buffer.from(value.replace(/\s+/g, ""), "base64");
    return open.identity?.algorithms[0] === "sm2-sm3" ? sm2Raw(signature) : signature;
  }

  private async query(open: Connection, method: string): Promise<string[]> {
    try {
      return await open.socket.call(`cus-sec_${method}`, {}, this.limits.query);
    } catch (error) {
      throw this.report(error, "query").fault;
    }
  }

  /** A control that does not tell the card's number: whatever card is behind it. */
  private names({ cardId, identity }: Connection): readonly string[] {
    const own = cardId === "" ? `control-at:${this.settings.controlUrl || DEFAULT_URL}` : `control:${cardId}`;
    return tokenNames(own, identity?.certificate);
  }

  private report(error: unknown, step: "connect" | "query" | "sign"): ControlFault {
    // Anything else is one of ours already, raised after the PIN was taken.
    if (!(error instanceof ControlError)) {
      return { fault: error as ImportClientError, beforePin: false, pinRefused: false };
    }
    const found = controlFault(error, step, this.limits[step], this.settings.pin);
    const { state, inner } = found.fault.details;
    if (state) this.observed.set(state as CardState, inner ?? "", found.fault.text);
    else if (found.fault.code === "C141") this.observed.set("absent", "TIMEOUT", found.fault.text);
    return found;
  }
}

/** The control gives certificates as base64, with or without the PEM lines. */
function pem(certificate: Buffer): Buffer {
  const text = certificate.toString("latin1");
  return text.includes("-----BEGIN") ? certificate : Buffer.from(text.replace(/\s+/g, ""), "base64");
}

function algorithmOf(certificate: Buffer): SignAlgorithm {
  const text = certificate.toString("latin1").replace(/-----[A-Z ]+-----/g, "");
  return sm2PublicKey(Buffer.from(text.replace(/\s+/g, ""), "base64")) ? "sm2-sm3" : "rsa-sha1";
}
