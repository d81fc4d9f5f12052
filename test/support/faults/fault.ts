import type { Deployer } from "../deploys.js";
import type { Random } from "../random.js";
import type { OwnTheatre, Stage } from "../stage.js";

/** Where a fault happens, and what it has to say about it. */
export interface Scene {
  theatre: OwnTheatre;
  stage: Stage;
  deployer: Deployer;
  random: Random;
  /** Own numbers of documents whose claimed file somebody has laid hands on: these may fail, with a reason. */
  tampered: Set<string>;
  /** The archive was deleted: what was sent cannot be looked at any more. */
  archiveGone: boolean;
  /** More receipts than documents were handed to the broker: whoever ends a round waits until they are taken. */
  burst: boolean;
  /** What no fault excuses, in words. */
  violations: string[];
}

/** Something that is done to the machine in the middle of a load, and is undone again. */
export interface Fault {
  /** Brings it about; what it resolves to undoes it. */
  begin(scene: Scene): Promise<() => void | Promise<void>>;
  /** How long it lasts, in milliseconds from ... to; absent: it is over when it has begun. */
  lasts?: readonly [number, number];
  /** Node-RED may not be killed and started again while it lasts. */
  needsNodeRed?: boolean;
  /** Only where boxes of the client lie elsewhere, not the OutBox alone. */
  needsElsewhere?: boolean;
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A fault that has no end of its own: what it does leaves everything running. */
export const atOnce = (act: (scene: Scene) => Promise<void>): Fault => ({
  begin: async (scene) => {
    await act(scene);
    return () => {};
  },
});
