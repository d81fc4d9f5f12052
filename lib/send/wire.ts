import type { Options } from "amqplib";
import { isZip } from "../archive/index.js";
import type { DocumentHandle } from "../document.js";
import type { WireFields } from "./fields.js";

const POSSIBLE_DUPLICATE = "possibleDuplicate";

/** What was, or will be, published for a document, but for its bytes: kept in the row, so that a repeat is identical. */
export interface Wire {
  /** The mq-send node that made it. */
  sender: string;
  exchange: string;
  routingKey: string;
  properties: Options.Publish & { messageId: string };
  /** sha256 of the body. */
  body: string;
  /** The body is the document in a DxpMsg of ours. */
  wrapped?: boolean;
}

/** The document's id; an explicit resend is a message of its own. */
export function messageIdOf({ id, attempt }: DocumentHandle): string {
  return attempt > 1 ? `${id}.${attempt}` : id;
}

/**
 * What is sent for a document: our defaults, and over them what the flow sets. The real wire is not public (domain 0, item
 * 10), hence a default for each field and a way to set it. `sha256` is the body's. The result is as it will come back from
 * the ledger's row.
 */
export function makeWire(
  document: DocumentHandle,
  body: Buffer,
  sha256: string,
  to: { sender: string; exchange: string; routingKey: string; wrapped?: boolean },
  fields: WireFields = { headers: {}, properties: {} },
): Wire {
  const { signature } = document;
  const wire: Wire = {
    ...to,
    ...(fields.routingKey && { routingKey: fields.routingKey }),
    body: sha256,
    properties: {
      correlationId: shortText(document.clientKey),
      type: document.messageType || undefined,
      contentType: isZip(body) ? "application/zip" : "application/xml",
      timestamp: Math.floor(document.claimedAt / 1000),
      ...fields.properties,
      messageId: messageIdOf(document),
      persistent: true,
      headers: {
        fileName: document.fileName,
        business: document.business,
        clientId: document.clientId,
        messageType: document.messageType,
        ...(signature && {
          signatureAlgorithm: signature.algorithm,
          signature: signature.value,
          certificate: signature.certificate,
          certificateNumber: signature.certificateNumber,
        }),
        ...fields.headers,
        // A person sends a document again that had arrived before: said on the wire too.
        ...(document.attempt > 1 && { attempt: String(document.attempt) }),
        // It was found without a row, or is sent again after an unknown outcome: customs may have it.
        ...(document.possibleDuplicate && { [POSSIBLE_DUPLICATE]: "1" }),
      },
    },
  };
  // A field without a value goes, and nothing is published that the row could not give back.
  return JSON.parse(JSON.stringify(wire)) as Wire;
}

/** AMQP's short strings end at 255 bytes; a cut key would be another key. */
function shortText(text: string): string | undefined {
  return text !== "" && Buffer.byteLength(text) <= 255 ? text : undefined;
}

/** The same message again, saying that it may be a second one: same id, same bytes, one header more. */
export function asPossibleDuplicate(properties: Wire["properties"]): Wire["properties"] {
  return { ...properties, headers: { ...properties.headers, [POSSIBLE_DUPLICATE]: "1" } };
}
