import type { Node, NodeAPI, NodeDef } from "node-red";
import { contextOf } from "../../lib/compose/examine.js";
import type { Check } from "../../lib/document.js";
import { faultOf } from "../../lib/errors.js";
import { mergeChecks, preflightInTurns } from "../../lib/preflight/index.js";
import { faultOfChecks } from "../../lib/preflight/refusal.js";
import type { CardNode } from "../registry.js";
import {
  checkConfig,
  clientOf,
  configNode,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  payloadOf,
  StatusLine,
} from "../runtime.js";
import { readSeverities, type Severity } from "../severities.js";

interface Config extends NodeDef {
  client?: string;
  card?: string;
  rules?: string;
}

export = (RED: NodeAPI): void => {
  function PreflightNode(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "preflight");
    let overrides: Record<string, Severity> = {};
    try {
      overrides = readSeverities("rules", config.rules);
    } catch (error) {
      status.show("red", "ring", "config");
      this.error((error as Error).message);
    }

    const openClient = () => clientOf(RED, this, status, config.client);
    checkConfig(this, status, async () => openClient());

    onInput(this, async (message: FlowMessage, send) => {
      const document = documentOf(message);
      const client = await openClient();
      const { settings, inspections } = client;
      const fileName = message.filename || document.fileName;
      const refuse = () => {
        status.show("yellow", "dot", "refused");
        send([null, message]);
      };
      const check = async () => {
        const inspection = await inspections.of(document.id, payloadOf(message), fileName);
        const card = config.card ? configNode<CardNode>(RED, config.card, "sw-card") : undefined;
        return preflightInTurns(
          {
            ...contextOf(inspection, fileName, { business: document.business, client: settings }),
            ...(card && (await card.facts())),
          },
          overrides,
        );
      };
      const worst = (checks: readonly Check[]) => checks.find(({ severity }) => severity === "error")?.rule ?? "";
      let found: Check[];
      try {
        found = await client.stepped(document, "checked", check, worst);
      } catch (error) {
        const fault = faultOf(error);
        if (fault.code !== "SW-XSD" && fault.code !== "SW-ZIP") throw error;
        message.fault = fault;
        refuse();
        return;
      }
      document.checks = mergeChecks(document.checks, found, "preflight");
      document.waived = Object.keys(overrides).filter((rule) => overrides[rule] !== "error");
      if (document.checks.some((check) => check.severity === "error")) {
        message.fault = faultOfChecks(document.checks, "SW-RULE");
        refuse();
        return;
      }
      if (document.checks.length > 0) status.show("yellow", "dot", "warned");
      else status.show("green", "dot", "passed");
      send([message, null]);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-preflight", PreflightNode);
};
