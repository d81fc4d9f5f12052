/** What a limit of a message type rests on. */
export type Rests = "stated" | "unsure";

/** Whether a document that goes beyond a limit is refused for it, or only warned of. */
export function severityOf(rests: Rests): "error" | "warning" {
  return rests === "unsure" ? "warning" : "error";
}
