import type { Node, NodeAPI, NodeDef } from "node-red";
import { tidied } from "../../lib/receipts/tidy.js";
import { objectOf } from "../../lib/xml/object.js";
import { scanXml } from "../../lib/xml/scan.js";
import { mendDelivery } from "../handles.js";
import { checkConfig, clientOf, type FlowMessage, onClose, onInput, payloadOf, StatusLine } from "../runtime.js";
import { markUnwired } from "../wiring.js";

interface Config extends NodeDef {
  client?: string;
}

/** The whole receipt for function nodes; undefined for one that is no XML by itself. */
function dataOf(bytes: Buffer): unknown {
  try {
    return objectOf(scanXml(tidied(bytes)));
  } catch {
    return undefined;
  }
}

export = (RED: NodeAPI): void => {
  function ReceiptParse(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "receipt-parse");
    markUnwired(RED, this, config, status, 2);
    const openClient = () => clientOf(RED, this, status, config.client);
    checkConfig(RED, this, status, async () => openClient());
    onInput(this, async (message: FlowMessage, send) => {
      const client = await openClient();
      mendDelivery(message, (text) => this.warn(text));
      const { id: deliveryId, receivedAt } = message.delivery ?? {};
      const parts = await client.intake.read(payloadOf(message), {
        deliveryId,
        receivedAt,
        fileName: message.filename,
      });
      const receipts = parts.flatMap(({ bytes, receipts }) => {
        const data = receipts.length > 0 ? dataOf(bytes) : undefined;
        return receipts.map((receipt) => ({ ...receipt, data }));
      });
      // Where no header names the file, the ZIP or the DxpMsg may.
      const named = parts[0]?.name;
      if (named) message.filename ??= named;
      message.receipts = receipts;
      if (receipts[0]) message.receipt = receipts[0];
      if (parts.every((part) => part.receipts.length > 0)) {
        status.show("green", "dot", "recognised");
        send([message, null]);
        return;
      }
      const reason = parts.find((part) => part.reason)?.reason;
      message.fault = {
        code: reason?.code ?? "SW-RECEIPT",
        text: reason?.text ?? { zh: "无法识别的回执", en: "the receipt was not recognised" },
      };
      status.show("yellow", "dot", "unknown");
      send([null, message]);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-receipt-parse", ReceiptParse);
};
