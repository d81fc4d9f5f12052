import type { Node, NodeAPI, NodeDef } from "node-red";
import type { BrokerNode, CardNode, ImportClientNode } from "../registry.js";
import { configNode, onClose, onInput, StatusLine } from "../runtime.js";
import { runDiagnose } from "./run.js";

interface Config extends NodeDef {
  client?: string;
  broker?: string;
  card?: string;
}

export = (RED: NodeAPI): void => {
  function Diagnose(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "diagnose");
    onInput(this, async (message, send) => {
      status.show("blue", "dot", "running");
      const client = config.client
        ? await configNode<ImportClientNode>(RED, config.client, "sw-import-client").ready
        : undefined;
      const broker = config.broker ? configNode<BrokerNode>(RED, config.broker, "sw-mq-broker") : undefined;
      const card = config.card ? configNode<CardNode>(RED, config.card, "sw-card") : undefined;
      const diagnosis = await runDiagnose({ client, broker, card });
      status.show(diagnosis.ok ? "green" : "red", "dot", diagnosis.ok ? "passed" : "failed");
      send({ ...message, payload: diagnosis });
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-diagnose", Diagnose);
};
