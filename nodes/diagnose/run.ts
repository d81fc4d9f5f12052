import type { ImportClient } from "../../lib/client/import-client.js";
import { type Diagnosis, diagnose } from "../../lib/diagnose/index.js";
import type { BrokerNode, CardNode } from "../registry.js";

/** The self-check over config nodes, for the diagnose node and for the route. */
export function runDiagnose(subjects: {
  client: ImportClient | undefined;
  broker: BrokerNode | undefined;
  card: CardNode | undefined;
}): Promise<Diagnosis> {
  const { client, broker, card } = subjects;
  return diagnose({
    client,
    broker: broker && { settings: broker.settings, queues: broker.queues() },
    card: card && { backend: () => card.backend(), hasPin: card.hasPin() },
  });
}
