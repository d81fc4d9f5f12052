import { messageOf } from "../lib/errors.js";
import { readSettings } from "./settings.js";
import { Simulator } from "./simulator.js";

/** Runs the simulator until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const simulator = new Simulator(readSettings(process.env), (line) => console.log(line));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    simulator.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Started with an IPC channel: the parent's end is ours too.
  process.on("disconnect", stop);
  await simulator.start();
  process.send?.({ event: "ready" });
}

main().catch((error: unknown) => {
  console.error(`simulator: ${messageOf(error)}`);
  process.exit(1);
});
