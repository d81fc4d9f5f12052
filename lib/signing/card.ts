import { assertReason, type Bilingual, type ImportClientError } from "../errors.js";
import { cardClosed } from "./faults.js";
import type { CardSettings } from "./settings.js";
import { shareBackend } from "./shared-backends.js";
import { ObservableState } from "./state.js";
import type { CardBackend, CardEvent, CardIdentity, CardState } from "./types.js";
import { certificateFault } from "./validity.js";

/** Milliseconds between two looks for a card that is not there: each may take the driver many seconds. */
const ASK_AGAIN = 30_000;

/** A certificate that is not valid now. */
const INVALID: ReadonlySet<CardState> = new Set(["expired", "not-yet-valid"]);
/** States beside which the certificate is what has to be told; what else is wrong comes first. */
const OF_CERTIFICATE: ReadonlySet<CardState> = new Set(["unknown", "ready", ...INVALID]);

/** What a card tells its owner. */
export interface CardListener {
  /** Its state changed. */
  onState?: (event: CardEvent) => void;
  /** Something that people should know, at most once a day for each code. */
  onWarning?: (code: string, text: Bilingual) => void;
}

export interface CardStatus {
  backend: CardSettings["backend"];
  state: CardState;
  /** Of the last change of state: `CKR_PIN_INCORRECT`, `COUNT-LOW` ...; empty when all is well. */
  code: string;
  holder: string;
  /** Milliseconds since the epoch; 0 while the certificate has not been read. */
  notAfter: number;
  companyCode: string;
}

/**
 * One card as a flow uses it: its backend, opened with the first use and shared with whoever has the same settings; whose card
 * it was when it was last read; what is said about it and how often.
 */
export class Card {
  private readonly observed = new ObservableState();
  private readonly warnedOn = new Map<string, string>();
  private opened: { backend: CardBackend; leave: () => Promise<void>; unsubscribe: () => void } | undefined;
  private lastIdentity: CardIdentity | undefined;
  private askAgainAt = 0;
  private closed = false;

  constructor(
    readonly settings: CardSettings,
    private readonly listener: CardListener = {},
    private readonly now: () => number = Date.now,
  ) {
    this.observed.on((event) => this.listener.onState?.(event));
  }

  /** Whether a PIN is set, without showing it. */
  get hasPin(): boolean {
    return this.settings.pin !== "" || this.settings.pinPad === true;
  }

  /** Opened on first use. Opening touches nothing: the card is looked for by what it is asked first. */
  get backend(): CardBackend {
    if (this.closed) throw cardClosed();
    if (!this.opened) {
      const { backend, leave } = shareBackend(this.settings);
      const unsubscribe = backend.onState((event) => this.heard(event));
      this.opened = { backend, leave, unsubscribe };
      // Another one of the same settings may have used it before.
      if (backend.state !== "unknown") this.heard({ state: backend.state, code: "", text: { zh: "", en: "" } });
    }
    return this.opened.backend;
  }

  /** Whose card it is, read from the card that is there now. Never touches the PIN. */
  async identity(): Promise<CardIdentity> {
    this.lastIdentity = await this.backend.identity();
    this.look();
    return this.lastIdentity;
  }

  /**
   * What a document may be compared with before it is signed; undefined when no card can be read, which is tried anew after a
   * while only. Never touches the PIN.
   */
  async facts(): Promise<{ companyCode: string; cardNumber: string } | undefined> {
    if (!this.lastIdentity && this.now() >= this.askAgainAt) {
      try {
        await this.identity();
      } catch {
        // Signing reports why; a check before that goes without.
        this.askAgainAt = this.now() + ASK_AGAIN;
      }
    }
    const { lastIdentity: known } = this;
    return known && { companyCode: known.companyCode, cardNumber: known.cardNumber };
  }

  /**
   * The time at which a document may be signed by this card, by this machine's clock. Throws C134 while its certificate is
   * not valid, and shows that as the card's state.
   */
  assertValid(identity: CardIdentity): number {
    const now = this.now();
    const fault = certificateFault(identity, now);
    if (fault) {
      this.showInvalid(fault);
      throw fault;
    }
    if (this.observed.reason.startsWith("CERTIFICATE-")) this.observed.set(this.backend.state);
    return now;
  }

  /** Compares the certificate that was read last with the clock: it ends, and the clock is set, without anybody signing. */
  look(): void {
    const fault = this.lastIdentity && certificateFault(this.lastIdentity, this.now());
    if (fault && OF_CERTIFICATE.has(this.observed.current)) this.showInvalid(fault);
    else if (!fault && INVALID.has(this.observed.current)) this.observed.set(this.opened?.backend.state ?? "unknown");
  }

  /** Tells of every change of its state. Returns what takes the listener away again. */
  onState(listener: (event: CardEvent) => void): () => void {
    return this.observed.on(listener);
  }

  /** Warns people of something, unless that was done today. */
  warnDaily(code: string, text: Bilingual): void {
    const today = new Date(this.now()).toDateString();
    if (this.warnedOn.get(code) === today) return;
    this.warnedOn.set(code, today);
    this.listener.onWarning?.(code, text);
  }

  /** A person opens the PIN guard; the reason is kept. Rejects with SW-REQUEST without one. */
  async release(reason: string): Promise<void> {
    assertReason(reason);
    await this.backend.release(reason);
  }

  /** As last known, and whether its certificate is valid now; asks nothing of the card. */
  status(): CardStatus {
    this.look();
    return {
      backend: this.settings.backend,
      state: this.observed.current,
      code: this.observed.reason,
      holder: this.lastIdentity?.holder ?? "",
      notAfter: this.lastIdentity?.notAfter ?? 0,
      companyCode: this.lastIdentity?.companyCode ?? "",
    };
  }

  /** What the backend says, unless the certificate speaks against it: a card that is there is not ready without one. */
  private heard({ state, code, text }: CardEvent): void {
    const fault = this.lastIdentity && certificateFault(this.lastIdentity, this.now());
    if (fault && OF_CERTIFICATE.has(state)) this.showInvalid(fault);
    else this.observed.set(state, code, text);
  }

  private showInvalid({ details, text }: ImportClientError): void {
    this.observed.set(details.state as CardState, details.inner, text);
  }

  /** Gives the backend back, in silence: that its owner ends is no change of the card. */
  async close(): Promise<void> {
    this.closed = true;
    const { opened } = this;
    this.opened = undefined;
    opened?.unsubscribe();
    await opened?.leave();
  }
}
