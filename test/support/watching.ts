import { LARGEST } from "../../lib/boxes/content.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import type { ImportClientError } from "../../lib/errors.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { FolderWatch, type WatchRound } from "../../lib/watch/folder-watch.js";

/** A watch whose claims can be awaited one by one. */
export class Watching {
  readonly claims: { row: DocumentRow; payload: Buffer }[] = [];
  withoutPdfs = 0;
  rounds = 0;
  round: WatchRound | undefined;
  readonly notices: ImportClientError[] = [];
  private waiting: { done: () => boolean; resolve: () => void }[] = [];
  readonly watch: FolderWatch;

  constructor(client: ImportClient, change: Partial<ConstructorParameters<typeof FolderWatch>[1]> = {}) {
    const settings = {
      owner: "watch",
      businesses: ["DecCus001"],
      interval: 300,
      maxInFlight: 20,
      incompleteAfter: 60_000,
      mostBytes: LARGEST,
      createBoxes: true,
      pdfWait: 60_000,
      ...change,
    };
    const check = () => {
      for (const { resolve } of this.waiting.filter(({ done }) => done())) resolve();
    };
    this.watch = new FolderWatch(client, settings, {
      onClaim: (row, payload) => {
        this.claims.push({ row, payload });
        check();
      },
      onNotice: (error) => {
        this.notices.push(error);
        check();
      },
      onRound: (round) => {
        this.withoutPdfs = round.withoutPdfs;
        this.round = round;
        this.rounds++;
        check();
      },
    });
    this.watch.start();
  }

  get first(): DocumentRow {
    return (this.claims[0] as { row: DocumentRow }).row;
  }

  until(done: () => boolean): Promise<void> {
    return done() ? Promise.resolve() : new Promise((resolve) => this.waiting.push({ done, resolve }));
  }
}
