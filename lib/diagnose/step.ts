import { BrokerTrouble, stepError } from "../amqp/faults.js";
import { type Bilingual, codeOf, ImportClientError, messageOf } from "../errors.js";
import { systemFault } from "../system-fault.js";

/** One step of the connection test: what was tried, how it went, how long it took in milliseconds. */
export interface Step {
  /** A word, and behind a blank what it is about where there are several: `queue Q_Send1`. */
  step: string;
  ok: boolean;
  /** A finding that stops nothing: two network cards, a certificate that runs out soon. */
  warning?: boolean;
  ms: number;
  code?: string;
  /** What went wrong, in a word that programs can use: `tls-expired`, `vhost` ... (docs/connection-test.md). */
  fault?: string;
  text: Bilingual;
  advice?: Bilingual;
}

/** What a step found when it went well. */
export interface Finding {
  text: Bilingual;
  warning?: boolean;
  advice?: Bilingual;
}

/** Longest time of a step that asks nothing of a network, in milliseconds: a folder on a share that hangs. */
const STEP_LIMIT = 10_000;

/**
 * Runs one step and times it; a rejection is its result, never thrown on. What has not ended after `limit` milliseconds is
 * given up and reported as a time-out; its work may still go on, and what comes of it is dropped.
 */
export function takeStep(step: string, work: () => Promise<Finding> | Finding, limit = STEP_LIMIT): Promise<Step> {
  return timed(step, work, limit, (error) =>
    error === LATE
      ? new ImportClientError("SW-TIMEOUT", {
          zh: `${limit / 1000} 秒内没有结果`,
          en: `nothing came of it within ${limit / 1000} s`,
        })
      : error,
  );
}

/** The same for a step that asks the broker: every fault of it is one of the broker's, C18. */
export function askBroker(step: string, work: () => Promise<Finding>, limit: number): Promise<Step> {
  return timed(step, work, limit, (error) => stepError(error === LATE ? new BrokerTrouble("timeout", "") : error));
}

/** Thrown by the clock. */
const LATE = Symbol("late");

async function timed(
  step: string,
  work: () => Promise<Finding> | Finding,
  limit: number,
  failure: (error: unknown) => unknown,
): Promise<Step> {
  const start = performance.now();
  const ms = () => Math.round(performance.now() - start);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(LATE), limit);
    });
    // Whatever work throws, at once or later, is its result.
    const finding = await Promise.race([Promise.resolve().then(work), late]);
    return { step, ok: true, ms: ms(), ...finding };
  } catch (error) {
    return { step, ok: false, ms: ms(), ...describe(failure(error)) };
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): Pick<Step, "code" | "fault" | "text" | "advice"> {
  const known = error instanceof ImportClientError ? error : systemFault(error);
  const text = messageOf(error);
  const { fault } = known?.details ?? {};
  return {
    code: known?.code ?? codeOf(error) ?? "SW-FAULT",
    ...(typeof fault === "string" && { fault }),
    text: known?.text ?? { zh: text, en: text },
    ...(known?.advice && { advice: known.advice }),
  };
}
