import type { Node, NodeAPI, NodeDef } from "node-red";
import { contextOf } from "../../lib/compose/examine.js";
import type { Check } from "../../lib/document.js";
import { faultOf } from "../../lib/fault.js";
import { mergeChecks, preflightInTurns, RULES } from "../../lib/preflight/index.js";
import { faultOfChecks } from "../../lib/preflight/refusal.js";
import { quote } from "../../lib/quote.js";
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
  readOnce,
  StatusLine,
} from "../runtime.js";
import { readSeverities } from "../severities.js";
import { markUnwired } from "../wiring.js";

interface Config extends NodeDef {
  client?: string;
  card?: string;
  rules?: string;
}

/** The severities that are set, by the rules' names. Throws SW-CONFIG: a rule that somebody misspelt would hold as if nothing were set. */
const readRules = (rules: unknown) =>
  readSeverities("rules", rules, (name) => {
    if (RULES.some(({ id }) => id === name)) return undefined;
    const meant = RULES.find(({ id }) => name.trim().toLowerCase().replace("sw-rule-", "") === id)?.id;
    return {
      zh: `没有规则 ${quote(name)}${meant ? `（应写作 ${meant}）` : ""}`,
      en: `there is no rule ${quote(name)}${meant ? ` (it is called ${meant})` : ""}`,
    };
  });

export = (RED: NodeAPI): void => {
  function PreflightNode(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "preflight");
    markUnwired(RED, this, config, status, 2);
    const severities = readOnce(() => readRules(config.rules));
    const openClient = () => clientOf(RED, this, status, config.client);
    checkConfig(RED, this, status, async () => [readRules(config.rules), await openClient()]);

    onInput(this, async (message: FlowMessage, send) => {
      const overrides = severities();
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
