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
    const check = async () => {
      if (config.client) configNode<ImportClientNode>(RED, config.client, "sw-import-client");
      if (config.broker) configNode<BrokerNode>(RED, config.broker, "sw-mq-broker");
      if (config.card) configNode<CardNode>(RED, config.card, "sw-card");
    };
    checkConfig(RED, this, status, check);
    onInput(this, async (message, send) => {
      await check();
      status.show("blue", "dot", "running");
      const diagnosis = await runDiagnose(RED, config);
      status.show(diagnosis.ok ? "green" : "red", "dot", diagnosis.ok ? "passed" : "failed");
      send({ ...message, payload: diagnosis });
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-diagnose", Diagnose);
};
