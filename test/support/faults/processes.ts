import { commandLine, descendants } from "../../../scripts/processes.js";
import { atOnce, type Fault, pause } from "./fault.js";

/** Node-RED and the process of the card's driver are killed, frozen, doubled. */
export const PROCESSES: Record<string, Fault> = {
  "kill Node-RED": atOnce(async ({ stage }) => {
    await stage.nodeRed.kill("SIGKILL");
    await stage.startNodeRed();
  }),
  "restart Node-RED": atOnce(async ({ stage }) => {
    await stage.nodeRed.stop();
    await stage.startNodeRed();
  }),
  "freeze Node-RED": {
    // Longer than heartbeat, confirm and scan.
    lasts: [5_000, 40_000],
    begin: async ({ stage }) => {
      await stage.nodeRed.kill("SIGSTOP");
      return () => stage.nodeRed.kill("SIGCONT");
    },
  },
  "kill the card's process": atOnce(async ({ stage, random }) => {
    for (let times = random.between(1, 4); times > 0; times--) {
      for (const pid of descendants(stage.nodeRed.pid)) {
        if (!commandLine(pid).includes("pkcs11/child")) continue;
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has gone by itself meanwhile.
        }
      }
      await pause(random.between(100, 1500));
    }
  }),
};

/** A second Node-RED on the same root, as a service and a terminal at once. */
export const TWO_PROCESSES: Fault = {
  lasts: [5_000, 15_000],
  begin: async ({ stage }) => {
    const other = await stage.startAnotherNodeRed();
    return () => other.stop();
  },
};

/** Somebody starts it again because it hangs, and then it goes on. */
export const FROZEN_AND_ANOTHER: Fault = {
  lasts: [5_000, 40_000],
  needsNodeRed: true,
  begin: async ({ stage }) => {
    await stage.nodeRed.kill("SIGSTOP");
    const other = await stage.startAnotherNodeRed();
    return async () => {
      await stage.nodeRed.kill("SIGCONT");
      await pause(2_000);
      await other.stop();
    };
  },
};
