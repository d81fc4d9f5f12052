import { join } from "node:path";
import type { RedBench } from "./red-bench.js";
import { scratch } from "./scratch.js";

/** A root folder and a queue of each test's own: made before every test of the `describe` that it is made in. */
export class Place {
  root = "";
  queue = "";

  constructor(protected readonly bench: RedBench) {
    beforeEach(async () => {
      this.root = join(scratch(), "ImpPath");
      this.queue = await this.bench.queue();
    });
  }
}
