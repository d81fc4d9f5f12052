import type { Node, NodeAPI, NodeDef } from "node-red";
import type { BrokerNode, CardNode, ImportClientNode } from "../registry.js";
import { checkConfig, configNode, onClose, onInput, StatusLine } from "../runtime.js";
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
    const subjects = async () => ({
      client: config.client
        ? await configNode<ImportClientNode>(RED, config.client, "sw-import-client").ready
        : undefined,
      broker: config.broker ? configNode<BrokerNode>(RED, config.broker, "sw-mq-broker") : undefined,
      card: config.card ? configNode<CardNode>(RED, config.card, "sw-card") : undefined,
    });
    checkConfig(this, status, subjects);
    onInput(this, async (message, send) => {
      status.show("blue", "dot", "running");
      const diagnosis = await runDiagnose(await subjects());
      status.show(diagnosis.ok ? "green" : "red", "dot", diagnosis.ok ? "passed" : "failed");
      send({ ...message, payload: diagnosis });
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-diagnose", Diagnose);
};
