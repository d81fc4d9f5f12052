import type { ImportClient } from "../lib/client/import-client.js";
import type { DocumentHandle } from "../lib/document.js";
import { bothLanguages, ImportClientError } from "../lib/errors.js";
import { faultOf } from "../lib/fault.js";
import type { DeliveryHandle, FlowMessage } from "./runtime.js";

/** What a message was given that carries a claim or a delivery; by the message's id, which function nodes leave alone. */
interface Given {
  client: ImportClient;
  document?: DocumentHandle;
  delivery?: DeliveryHandle;
}

const given = new Map<string, Given>();
/** Kept at least, whatever has ended of them. */
const FEW = 500;
/** Milliseconds after which a document whose handle a flow has spoilt is tried again. */
const TRY_AGAIN = 60_000;

/** The message goes into the flow: what it carries is known, should the flow spoil that. */
export function remember(client: ImportClient, message: FlowMessage): void {
  const { _msgid, document, delivery } = message;
  if (typeof _msgid !== "string") return;
  // As many stay as are out in messages, and a few.
  if (given.size >= FEW) for (const [id, one] of given) if (!isOut(one)) given.delete(id);
  given.set(_msgid, { client, ...(document && { document: { ...document } }), ...(delivery && { delivery }) });
}

function isOut({ client, document, delivery }: Given): boolean {
  if (document) return client.claims.inFlight.has(document.id);
  return delivery !== undefined && client.deliveries.get(delivery.id) !== undefined;
}

function givenTo({ _msgid }: FlowMessage): Given | undefined {
  const one = typeof _msgid === "string" ? given.get(_msgid) : undefined;
  return one && isOut(one) ? one : undefined;
}

/** Is the handle the one that was given, or that of another claim? A node may have added to it, not have taken from it. */
function isWhole(found: unknown, { client, document: known }: Given): boolean {
  if (typeof found !== "object" || found === null || !known) return false;
  const handle = found as Record<string, unknown>;
  if (handle.id !== known.id) return typeof handle.id === "string" && client.claims.inFlight.has(handle.id);
  for (const name in known) if (typeof handle[name] !== typeof known[name as keyof DocumentHandle]) return false;
  return true;
}

/**
 * A node of the flow has overwritten or damaged `msg.document`: puts back what folder-watch gave, and returns the fault. Nothing of it may be
 * sent: the findings that refuse it may have been in what is lost. Undefined when it is whole, or nothing is known of the message.
 */
export function spoiltDocument(
  message: FlowMessage,
): { client: ImportClient; id: string; error: ImportClientError } | undefined {
  const known = givenTo(message);
  if (!known?.document || isWhole(message.document, known)) return undefined;
  const { fileName, id } = known.document;
  message.document = { ...known.document };
  const error = new ImportClientError(
    "SW-MESSAGE",
    {
      zh: `流程中的节点改掉了 ${fileName} 的 msg.document`,
      en: `a node of the flow has overwritten msg.document of ${fileName}`,
    },
    {
      advice: {
        zh: "请改正该 function 节点：保留 folder-watch 给出的 msg.document，自己的数据放在别的属性中。单据已退回，稍后自动再试。",
        en: "Mend that function node: keep the msg.document that folder-watch gave, and put data of your own elsewhere. The document is given back and tried again by itself.",
      },
      details: { id, fileName, field: "document" },
    },
  );
  return { client: known.client, id, error };
}

/** Gives the claim of a spoilt message back: it waits for the flow to be mended. What is being sent, or was, stays as it is. */
export function giveBackSpoilt(client: ImportClient, id: string, error: ImportClientError): void {
  client.claims.giveBack(id, TRY_AGAIN, faultOf(error)).catch((fault) => client.reports.fault(fault));
}

/** A node of the flow has overwritten `msg.delivery`: puts it back and says so. The receipt's bytes are with the delivery itself. */
export function mendDelivery(message: FlowMessage, warn: (text: string) => void): void {
  const known = givenTo(message);
  if (!known?.delivery || (typeof message.delivery === "object" && message.delivery?.id === known.delivery.id)) return;
  message.delivery = known.delivery;
  warn(
    `SW-MESSAGE ${bothLanguages({
      zh: "流程中的节点改掉了 msg.delivery，已恢复；请改正该 function 节点",
      en: "a node of the flow has overwritten msg.delivery, which was put back; mend that function node",
    })}`,
  );
}
