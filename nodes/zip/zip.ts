import type { Node, NodeAPI, NodeDef } from "node-red";
import { normaliseFile, packFile, unpackFile } from "../../lib/business/packing.js";
import { settingFlag, settingText } from "../../lib/settings.js";
import { clientOf } from "../registry.js";
import { documentOf, type FlowMessage, onClose, onInput, payloadOf, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  mode?: string;
  flatten?: boolean;
  names?: string;
}

const MODES = { normalise: normaliseFile, pack: packFile, unpack: unpackFile };

export = (RED: NodeAPI): void => {
  function ZipNode(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "zip");
    const change = MODES[(settingText(config.mode) || "normalise") as keyof typeof MODES] ?? normaliseFile;
    const options = {
      flatten: settingFlag(config.flatten, false),
      names: settingText(config.names) === "gbk" ? ("gbk" as const) : ("utf-8" as const),
    };
    onInput(this, async (message: FlowMessage, send) => {
      const document = documentOf(message);
      const fileName = message.filename || document.fileName;
      const client = await clientOf(document);
      const file = await change(payloadOf(message), fileName, {
        ...options,
        at: document.claimedAt,
        ...(client && {
          inspect: (bytes, name) => client.inspections.of(document.id, bytes, name),
          folder: document.business,
          folders: client.settings.folders,
        }),
      });
      message.payload = file.bytes;
      message.filename = file.name;
      status.show("green", "dot", "done");
      send(message);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-zip", ZipNode);
};
