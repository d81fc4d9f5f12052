import { AsyncLocalStorage } from "node:async_hooks";

/** What somebody waits for at a screen or a terminal. */
interface Question {
  answered: boolean;
  /** Whoever gave no answer in it, with the fault: it is not asked again for the rest of the question. */
  readonly silent: Map<object, unknown>;
}

const questions = new AsyncLocalStorage<Question>();

/**
 * Does work that a person waits for: a ledger that is away is waited for a moment then, not for as long as documents wait. What goes on
 * after the answer, the document's own work say, is the person's question no more. Resolves or rejects as the work does.
 */
export async function askedByPerson<T>(work: () => Promise<T>): Promise<T> {
  const question: Question = { answered: false, silent: new Map() };
  try {
    return await questions.run(question, work);
  } finally {
    question.answered = true;
  }
}

/** The question that the present work belongs to; undefined for all that nobody waits for at a screen. */
export function personsQuestion(): Question | undefined {
  const question = questions.getStore();
  return question?.answered === false ? question : undefined;
}
