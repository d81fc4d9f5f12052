import type { Publisher, PublishOutcome } from "../amqp/broker.js";
import type { ImportClient } from "../client/import-client.js";
import { crashPoint } from "../crash-point.js";
import { messageOf } from "../errors.js";
import type { Outgoing } from "./outgoing.js";
import { asPossibleDuplicate } from "./wire.js";

export interface PublishOptions {
  /** It may have arrived before, and says so. */
  repeat: boolean;
  /** On a channel of its own. */
  alone: boolean;
  /** Milliseconds to wait for the confirm. */
  timeout: number;
}

/**
 * One publish behind its committed `sending`. What goes wrong after that commit is an unknown outcome, whatever it is.
 * Rejects with SW-STATE when somebody else has taken the document further, and with SW-LEDGER.
 */
export async function publishOnce(
  client: ImportClient,
  publisher: Publisher,
  id: string,
  { wire }: Outgoing,
  body: Buffer,
  { repeat, alone, timeout }: PublishOptions,
): Promise<PublishOutcome> {
  const properties = repeat ? asPossibleDuplicate(wire.properties) : wire.properties;
  crashPoint("send.before-sending");
  await client.claims.send(id, JSON.stringify(wire), repeat, `${wire.routingKey} ${properties.messageId}`);
  try {
    crashPoint("send.after-sending");
    const { exchange, routingKey } = wire;
    const publishing = publisher.publish({ exchange, routingKey, body, properties, timeout, alone });
    crashPoint("send.after-publish");
    const outcome = await publishing;
    crashPoint("send.after-confirm");
    return outcome;
  } catch (error) {
    return { kind: "unknown", reason: messageOf(error) };
  }
}
