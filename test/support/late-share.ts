import { SteeredLibrary } from "./token-shim.js";

/**
 * A share that shows folders as they were, and answers some renames and links as if they had been asked for twice (`late-share.c`), for
 * the processes that are started with its environment. Steered by `late` and `hidden`, in milliseconds; `log` tells of each such answer.
 */
export class LateShare extends SteeredLibrary {
  constructor(dir: string) {
    super(dir, "late-share", ["dl", "pthread"]);
  }

  /** For what lies below `root`. */
  environmentOf(root: string): Record<string, string> {
    return { ...this.environment, LD_PRELOAD: this.module, LATE_ROOT: `${root}/` };
  }
}
