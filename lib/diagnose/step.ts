import { type Bilingual, codeOf, ImportClientError, messageOf } from "../errors.js";

/** One step of the connection test: what was tried, how it went, how long it took in milliseconds. */
export interface Step {
  step: string;
  ok: boolean;
  /** A finding that stops nothing: two network cards, a certificate that runs out soon. */
  warning?: boolean;
  ms: number;
  code?: string;
  text: Bilingual;
  advice?: Bilingual;
}

/** What a step found when it went well. */
export interface Finding {
  text: Bilingual;
  warning?: boolean;
  advice?: Bilingual;
}

/** Runs one step and times it; a rejection is its result, never thrown on. */
export async function takeStep(step: string, work: () => Promise<Finding> | Finding): Promise<Step> {
  const start = performance.now();
  const ms = () => Math.round(performance.now() - start);
  try {
    const finding = await work();
    return { step, ok: true, ms: ms(), ...finding };
  } catch (error) {
    const known = error instanceof ImportClientError ? error : undefined;
    const text = messageOf(error);
    return {
      step,
      ok: false,
      ms: ms(),
      code: known?.code ?? codeOf(error) ?? "SW-FAULT",
      text: known?.text ?? { zh: text, en: text },
      ...(known?.advice && { advice: known.advice }),
    };
  }
}
