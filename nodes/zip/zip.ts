import type { Node, NodeAPI, NodeDef } from "node-red";
import { normaliseFile, packFile, unpackFile } from "../../lib/business/packing.js";
import { SettingFaults, settingChoice, settingFlag } from "../../lib/settings.js";
import { clientOf } from "../registry.js";
import {
  checkConfig,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  payloadOf,
  readOnce,
  StatusLine,
} from "../runtime.js";
import { markUnwired } from "../wiring.js";

interface Config extends NodeDef {
  mode?: string;
  flatten?: boolean | string;
  names?: string;
}

const MODES = { normalise: normaliseFile, pack: packFile, unpack: unpackFile } as const;

/** Rejects with SW-CONFIG, naming all that cannot be read. */
function readConfig({ mode, flatten, names }: Config) {
  const faults = new SettingFaults();
  const set = {
    change: MODES[faults.read(() => settingChoice("mode", mode, ["normalise", "pack", "unpack"]), "normalise")],
    options: {
      flatten: faults.read(() => settingFlag("flatten", flatten, false), false),
      names: faults.read(() => settingChoice("names", names, ["utf-8", "gbk"]), "utf-8"),
    },
  };
  faults.assertNone();
  return set;
}

export = (RED: NodeAPI): void => {
  function ZipNode(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "zip");
    markUnwired(RED, this, config, status);
    const settings = readOnce(() => readConfig(config));
    checkConfig(RED, this, status, async () => readConfig(config));
    onInput(this, async (message: FlowMessage, send) => {
      const { change, options } = settings();
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
