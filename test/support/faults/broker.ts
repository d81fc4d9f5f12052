import { atOnce, type Fault } from "./fault.js";

/** The broker is killed, frozen, full. */
export const BROKER: Record<string, Fault> = {
  "kill the broker": atOnce(async ({ theatre: { broker } }) => {
    await broker.kill("SIGKILL");
    await broker.restart();
  }),
  "restart the broker": atOnce(({ theatre: { broker } }) => broker.restart()),
  "freeze the broker": {
    // Longer than two heartbeats of the flow gives the connection up, shorter does not.
    lasts: [200, 6000],
    begin: async ({ theatre: { broker } }) => {
      broker.pause();
      return () => broker.resume();
    },
  },
  "memory alarm": {
    lasts: [200, 2000],
    begin: async ({ theatre: { broker } }) => {
      await broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1MB");
      return async () => void (await broker.rabbitmqctl("set_vm_memory_high_watermark", "0.6"));
    },
  },
  "queue that rejects": {
    lasts: [200, 1500],
    begin: async ({ theatre: { broker }, stage }) => {
      const policy = '{"max-length":1,"overflow":"reject-publish"}';
      const queue = `^Q_Send${stage.clientId}$`;
      await broker.rabbitmqctl("set_policy", "full", queue, policy, "--apply-to", "queues");
      // A broker that was killed meanwhile may have lost it by itself.
      return async () => {
        await broker.rabbitmqctl("clear_policy", "full").catch((error) => {
          if (!/does not exist/.test(String(error))) throw error;
        });
      };
    },
  },
};
