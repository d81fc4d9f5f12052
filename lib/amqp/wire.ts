import type { Options } from "amqplib";
import { isZip } from "../archive/index.js";
import { sha256Of } from "../boxes/claim.js";
import type { DocumentHandle } from "../document.js";

/** What was, or will be, published for a document, but for its bytes: kept in the row, so that a repeat is identical. */
export interface Wire {
  /** The mq-send node that made it. */
  sender: string;
  exchange: string;
  routingKey: string;
  properties: Options.Publish & { messageId: string };
  /** sha256 of the body. */
  body: string;
}

/** Our default properties of a send. The real wire is not public (domain 0, item 10), hence only these. */
export function makeWire(
  document: DocumentHandle,
  body: Buffer,
  to: { sender: string; exchange: string; routingKey: string },
): Wire {
  const { signature } = document;
  return {
    ...to,
    body: sha256Of(body),
    properties: {
      messageId: document.attempt > 1 ? `${document.id}.${document.attempt}` : document.id,
      correlationId: document.clientKey || undefined,
      type: document.messageType || undefined,
      contentType: isZip(body) ? "application/zip" : "application/xml",
      timestamp: Math.floor(document.claimedAt / 1000),
      persistent: true,
      headers: {
        fileName: document.fileName,
        business: document.business,
        clientId: document.clientId,
        messageType: document.messageType,
        // A person sends a document again that had arrived before: said on the wire too.
        ...(document.attempt > 1 && { attempt: String(document.attempt) }),
        ...(signature && {
          signatureAlgorithm: signature.algorithm,
          signature: signature.value,
          certificate: signature.certificate,
          certificateNumber: signature.certificateNumber,
        }),
      },
    },
  };
}

/** The same message again, saying that it may be a second one: same id, same bytes, one header more. */
export function asPossibleDuplicate(properties: Wire["properties"]): Wire["properties"] {
  return { ...properties, headers: { ...properties.headers, possibleDuplicate: "1" } };
}
