import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { decImportResponse } from "../../simulator/answers/dec-import-response.js";
import { decResult } from "../../simulator/answers/dec-result.js";
import { decXml } from "../../simulator/samples/index.js";
import { drop } from "./boxes.js";
import { brokerNode, catchAll, clientNode, type FlowNode, node, sink, watchNode } from "./flow-nodes.js";
import { Place } from "./place.js";
import type { RedBench } from "./red-bench.js";

/** The number that the data centre gives in `accepted` and `released`. */
export const SEQ_NO = "I20230000012345678";

/** A good import receipt for a declaration's own number. */
export const accepted = (key: string, seqNo = SEQ_NO): Buffer =>
  decImportResponse({ code: "0", text: "入库成功", key, seqNo }).body;

/** A business receipt: released. */
export const released = (seqNo = SEQ_NO): Buffer =>
  decResult({
    seqNo,
    entryId: "530020231000000017",
    channel: "P",
    note: "放行",
    customMaster: "5300",
    ieDate: "20230101",
    at: Date.now(),
  }).body;

/** Both halves over queues of the test's own; receipts come in `queue`. */
export class ReceiveFlow extends Place {
  sendQueue = "";

  constructor(bench: RedBench) {
    super(bench);
    beforeEach(async () => {
      this.sendQueue = await bench.queue();
    });
  }

  /** Both halves; `settle` false leaves deliveries at the sinks. */
  nodes(change: { settle?: boolean; receive?: object } = {}): FlowNode[] {
    const settings = { client: "client", broker: "broker" };
    return [
      clientNode(this.root),
      brokerNode(this.bench.broker),
      watchNode({}, "send"),
      node("sw-mq-send", "send", { ...settings, queue: this.sendQueue }, ["end"]),
      node("sw-settle", "end", { client: "client", outcome: "auto" }, ["ended"]),
      sink("ended"),
      node("sw-mq-receive", "receive", { ...settings, queue: this.queue, prefetch: 5, ...change.receive }, [
        "delivered",
      ]),
      sink("delivered", "parse"),
      node("sw-receipt-parse", "parse", { client: "client" }, ["known"], ["unknown"]),
      sink("known", ...(change.settle === false ? [] : ["store"])),
      sink("unknown", ...(change.settle === false ? [] : ["reject"])),
      node("sw-settle", "store", { client: "client", outcome: "auto" }, ["stored"]),
      node("sw-settle", "reject", { client: "client", outcome: "rejected" }, ["rejected"]),
      sink("stored"),
      sink("rejected"),
      catchAll("caught"),
      sink("caught"),
    ];
  }

  /** Sends a declaration through the flow; resolves to its row. */
  async sent(key: string, name: string): Promise<DocumentRow> {
    const before = this.bench.messages("ended").length;
    drop(this.root, "DecCus001", name, decXml({ key, goods: 1 }));
    const message = (await this.bench.arrived("ended", before + 1))[before];
    return this.bench.row(message?.document?.id as string, "it is sent", ({ settled }) => settled);
  }

  /** Where InBox was there is a file: nothing can be written into it. Returns what puts it back. */
  blockInBox(): () => void {
    const inBox = join(this.root, "DecCus001", "InBox");
    mkdirSync(inBox, { recursive: true });
    renameSync(inBox, `${inBox}-away`);
    writeFileSync(inBox, "");
    return () => {
      rmSync(inBox);
      renameSync(`${inBox}-away`, inBox);
    };
  }
}
