import { SteeredLibrary } from "./token-shim.js";

/**
 * A disk whose syncs take long or hang (`slow-sync.c`), for the processes that are started with its environment. Steered by
 * `milliseconds`, and by `hang`; `logged` resolves when so many syncs have met that.
 */
export class SlowDisk extends SteeredLibrary {
  constructor(dir: string) {
    super(dir, "slow-sync", ["dl"]);
  }

  override get environment(): Record<string, string> {
    return { ...super.environment, LD_PRELOAD: this.module };
  }
}
