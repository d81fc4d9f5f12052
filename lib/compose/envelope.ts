import type { Field, Model } from "../model/model.js";
import type { Written } from "./tree.js";
import { timeIn } from "./values.js";

/** Who sends a document, for its envelope. */
export interface Sender {
  clientId: string;
  /** Number of this message, as nobody else has it. */
  messageId: string;
  fileName: string;
  /** Milliseconds since the epoch. */
  at: number;
}

const PACKAGE = "Package";

/** What stands in EnvelopInfo where nothing is given (formats, README). */
function defaults(type: string, { clientId, messageId, fileName, at }: Sender): Readonly<Record<string, string>> {
  return {
    version: "1.0",
    message_id: messageId,
    file_name: fileName,
    message_type: type,
    sender_id: clientId,
    send_time: timeIn("yyyy-MM-ddTHH:mm:ss", at),
  };
}

/** A document with its whole envelope, where its type has one: what is above the business data, and who sends it. */
export function fillEnvelope(model: Model, field: Field, made: Written, sender: Sender): Written {
  const outer = model.roots.get(PACKAGE);
  if (!outer) return made;
  const whole = field === outer ? made : wrapped(outer, field, made);
  const info = outer.child("EnvelopInfo");
  if (!info || !whole) return whole ?? made;
  const given = whole.children.find(({ name }) => name === info.name);
  const values = defaults(model.type, sender);
  const filled = info.children.flatMap((child) => {
    const own = given?.children.find(({ name }) => name === child.name);
    const text = own ? undefined : values[child.name];
    return own ? [own] : text ? [{ name: child.name, attributes: [], text, children: [] }] : [];
  });
  const envelope: Written = { ...(given ?? { name: info.name, attributes: [], text: "" }), children: filled };
  const others = whole.children.filter((child) => child !== given);
  return { ...whole, children: [envelope, ...others] };
}

/** The elements from `outer` down to `field`, with what was made in the innermost. */
function wrapped(outer: Field, field: Field, made: Written): Written | undefined {
  if (outer === field) return made;
  for (const child of outer.children) {
    const inner = wrapped(child, field, made);
    if (inner) return { name: outer.name, attributes: [], text: "", children: [inner] };
  }
  return undefined;
}
