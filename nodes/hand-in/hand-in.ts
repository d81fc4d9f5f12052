import type { Node, NodeAPI, NodeDef } from "node-red";
import { type Examination, examine } from "../../lib/compose/examine.js";
import { type HandedIn, handIn, outBoxOf } from "../../lib/intake/hand-in.js";
import { faultOfChecks } from "../../lib/preflight/refusal.js";
import { settingChoice, settingText } from "../../lib/settings.js";
import { checkConfig, clientOf, type FlowMessage, onClose, onInput, payloadOf, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  business?: string;
  mode?: string;
}

interface HandInMessage extends FlowMessage {
  business?: unknown;
  /** What was found; not there in mode `unchecked`. */
  report?: Examination & { business: string; fileName: string };
  handedIn?: HandedIn;
}

const MODES = ["checked", "unchecked", "check"] as const;

export = (RED: NodeAPI): void => {
  function HandIn(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "hand-in");
    const openClient = () => clientOf(RED, this, status, config.client);
    const modeOf = () => settingChoice("mode", config.mode, MODES);
    checkConfig(RED, this, status, async () => [modeOf(), await openClient()]);

    onInput(this, async (message: HandInMessage, send) => {
      const mode = modeOf();
      const client = await openClient();
      const payload = payloadOf(message);
      const fileName = message.filename ?? "";
      const business = outBoxOf(client, settingText(config.business) || settingText(message.business)).code;
      if (mode !== "unchecked") {
        const { settings } = client;
        const schemas = settings.schemas === "" ? [] : [settings.schemas];
        const found = await examine(payload, fileName, { schemas, business, client: settings });
        message.report = { ...found, business, fileName };
        if (!found.ok) {
          message.fault = found.fault ?? faultOfChecks(found.checks, "SW-RULE");
          status.show("yellow", "dot", "refused");
          send([null, message]);
          return;
        }
      }
      if (mode === "check") {
        status.show("green", "ring", "good");
        send([message, null]);
        return;
      }
      message.handedIn = await handIn(client, { business, fileName, payload });
      status.show("green", "dot", message.handedIn.already === "" ? "handed" : "already");
      send([message, null]);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-hand-in", HandIn);
};
