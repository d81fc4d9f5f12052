import { sha256Of } from "../sha256.js";
import { unwrapDxpMsg } from "./dxpmsg.js";
import type { Wire } from "./wire.js";

/** What is published for a document. Its bytes lie on disk, so they need not stay in memory while it waits. */
export class Outgoing {
  private gone = false;

  constructor(
    readonly wire: Wire,
    private held: Buffer | undefined,
    private readonly read: () => Buffer | undefined,
  ) {}

  /** Forgets the bytes until they are asked for again. */
  letGo(): void {
    this.gone = true;
    this.held = undefined;
  }

  /** The body, byte for byte as it was fixed; undefined when it has gone from the disk or is another one there. */
  body(): Buffer | undefined {
    if (!this.held) {
      const bytes = this.read();
      if (bytes && sha256Of(bytes) === this.wire.body) this.held = bytes;
    }
    return this.held;
  }

  /** The document's own bytes, without a wrapper of ours, for whom `letGo` took them from; else undefined. */
  payload(): Buffer | undefined {
    if (!this.gone) return undefined;
    const body = this.body();
    return body && this.wire.wrapped ? unwrapDxpMsg(body) : body;
  }
}
