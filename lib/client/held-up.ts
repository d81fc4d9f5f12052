import type { ImportClient } from "./import-client.js";

/** The place of `standing` of a fault with this code. */
const placeOf = (code: string) => `boxes ${code}`;

/**
 * Says for as long as it is so what keeps documents that have ended, or were to be given back, from the box where they belong: a SentBox that may not
 * be written, say. Nothing of it stops the others, and it is done with the first comparison that can.
 */
export class HeldUp {
  private told: readonly string[] = [];

  constructor(private readonly client: Pick<ImportClient, "reconciler" | "standing">) {}

  /** After a comparison of rows and files. */
  tell(): void {
    const { reconciler, standing } = this.client;
    const { faults } = reconciler;
    const codes = faults.map(({ code }) => code);
    for (const code of this.told) if (!codes.includes(code)) standing.clear(placeOf(code));
    for (const fault of faults) standing.set(placeOf(fault.code), fault, { hinders: true });
    this.told = codes;
  }
}
