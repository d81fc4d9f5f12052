import type { PrivateBroker } from "../../scripts/private-broker.js";

/**
 * RabbitMQ keeps a queue's declaration in memory for some seconds before it is on disk; a broker that is killed in that
 * time forgets a durable queue. The government's queues are old, so a test that kills its broker makes its own so too.
 */
export async function keepQueues(broker: PrivateBroker): Promise<void> {
  await broker.rabbitmqctl("eval", "mnesia:sync_log().");
}
