import { randomUUID } from "node:crypto";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { inspect } from "../../lib/business/inspect.js";
import { compose } from "../../lib/compose/compose.js";
import { type Mapping, readMapping } from "../../lib/compose/mapping.js";
import { checksOfRows } from "../../lib/compose/row-checks.js";
import { groupRows } from "../../lib/compose/rows.js";
import type { Check } from "../../lib/document.js";
import { isPlainName, shortened } from "../../lib/files/names.js";
import { faultOfChecks } from "../../lib/preflight/refusal.js";
import { requiredText } from "../../lib/settings.js";
import { checkConfig, clientOf, type FlowMessage, onClose, onInput, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  messageType?: string;
  mapping?: string;
}

/** What the node says of a document that it made. */
interface ComposedFacts {
  type: string;
  /** Its own number, as receipts will carry it. */
  clientKey: string;
  /** The value by which its rows belong together; empty where it was made of an object. */
  group: string;
  checks: Check[];
}

interface ComposeMessage extends FlowMessage {
  compose?: ComposedFacts;
}

export = (RED: NodeAPI): void => {
  function Compose(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "compose");
    const openClient = () => clientOf(RED, this, status, config.client);
    const settings = (): { type: string; mapping: Mapping | undefined } => ({
      type: requiredText("messageType", config.messageType),
      mapping: readMapping(config.mapping),
    });
    checkConfig(RED, this, status, async () => {
      settings();
      await openClient();
    });

    onInput(this, async (message: ComposeMessage, send) => {
      const { type, mapping } = settings();
      const { settings: client } = await openClient();
      const documents = mapping
        ? groupRows(message.payload, mapping)
        : [{ key: "", object: message.payload, differing: [], unmapped: [], placeOf: () => undefined }];
      for (const document of documents) {
        const { key, object } = document;
        const messageId = randomUUID();
        const wanted = documents.length === 1 && typeof message.filename === "string" ? message.filename : "";
        const sender = { clientId: client.clientId, messageId, fileName: wanted, at: Date.now() };
        const { xml, checks: found } = await compose(type, object, sender);
        const { clientKey } = await inspect(xml, wanted || "a.xml");
        const checks = checksOfRows(document, found);
        const made: ComposeMessage = RED.util.cloneMessage({ ...message, payload: "" });
        made.payload = xml;
        made.filename = wanted || fileNameOf(clientKey || key || messageId);
        made.compose = { type, clientKey, group: key, checks };
        if (checks.some(({ severity }) => severity === "error")) {
          made.fault = faultOfChecks(checks, "SW-RULE-compose");
          status.show("yellow", "dot", "refused");
          send([null, made]);
        } else {
          status.show("green", "dot", "made");
          send([made, null]);
        }
      }
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-compose", Compose);
};

/** A file's name out of a number that may hold anything. */
function fileNameOf(key: string): string {
  const name = `${shortened(key.replace(/[\\/:*?"<>|\p{Cc}]/gu, "-").replace(/^[.~]+/, ""), 120)}.xml`;
  return isPlainName(name) ? name : "document.xml";
}
