import type { Node, NodeAPI, NodeDef, NodeStatusFill, NodeStatusShape } from "node-red";
import { kindByType } from "../../lib/business/index.js";
import { inspect } from "../../lib/business/inspect.js";
import { codeOf, ImportClientError } from "../../lib/errors.js";
import { settingFlag } from "../../lib/settings.js";
import { FIELD_INPUTS, PROFILE_NAMES, type ProfileOptions } from "../../lib/signing/profiles/index.js";
import { SUITES } from "../../lib/signing/profiles/suites.js";
import { settingChoice } from "../../lib/signing/read-settings.js";
import { signOnCard } from "../../lib/signing/sign-on-card.js";
import { type CardNode, inspectionsFor } from "../registry.js";
import {
  assertNotRefused,
  checkConfig,
  configNode,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  payloadOf,
  StatusLine,
} from "../runtime.js";

interface Config extends NodeDef {
  card?: string;
  profile?: string;
  suite?: string;
  withComments?: boolean | string;
  fieldInput?: string;
  whenBlocked?: string;
}

/** Rejects with SW-CONFIG for a value that is none of the setting's. */
function readConfig(config: Config) {
  const suite = settingChoice("suite", config.suite, ["auto", ...SUITES.map(({ name }) => name)]);
  const options: ProfileOptions = {
    ...(suite !== "auto" && { suite }),
    withComments: settingFlag(config.withComments, false),
    input: settingChoice("fieldInput", config.fieldInput, FIELD_INPUTS),
  };
  return {
    profile: settingChoice("profile", config.profile, ["auto", ...PROFILE_NAMES]),
    options,
    whenBlocked: settingChoice("whenBlocked", config.whenBlocked, ["wait", "fail"]),
  };
}

/** What the node shows of a document that was not signed. */
function statusOf(error: unknown): [NodeStatusFill, NodeStatusShape, string] {
  const code = codeOf(error) ?? "";
  const { inner = "", pin } = error instanceof ImportClientError ? error.details : {};
  if (/^SW-(XSD|ZIP|RULE)/.test(code)) return ["yellow", "dot", "refused"];
  if (pin || code === "SW-PIN-GUARD") return ["red", "dot", "blocked"];
  if (inner.startsWith("CERTIFICATE-")) return ["red", "ring", "certificate"];
  if (code === "C134" || code === "C141") return ["red", "ring", "absent"];
  return ["red", "ring", "config"];
}

/** The same fault, after which the document does not wait: `settle` ends it with its local receipt. */
function asFinal(error: ImportClientError): ImportClientError {
  return new ImportClientError(error.code, error.text, { ...error, cause: error.cause, kind: "fails" });
}

export = (RED: NodeAPI): void => {
  function CardSign(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "card-sign");
    const cardNode = () => configNode<CardNode>(RED, config.card, "sw-card");
    checkConfig(this, status, async () => [readConfig(config), cardNode()]);

    onInput(this, async (message: FlowMessage, send) => {
      const document = documentOf(message);
      assertNotRefused(document);
      const fileName = message.filename || document.fileName;
      const { profile: wanted, options, whenBlocked } = readConfig(config);
      const profile = wanted === "auto" ? kindByType(document.messageType)?.signing : wanted;
      if (!profile) {
        throw new ImportClientError(
          "C134",
          { zh: `无法确定 ${fileName} 的签名方式`, en: `it is not known how ${fileName} is signed` },
          { advice: { zh: "请在 card-sign 中选择签名方式。", en: "Choose a signing profile in card-sign." } },
        );
      }
      status.show("blue", "dot", "signing");
      try {
        const card = await cardNode().opened();
        const payload = payloadOf(message);
        const inspections = await inspectionsFor(document);
        const looking = inspections ? inspections.of(document.id, payload, fileName) : inspect(payload, fileName);
        const inspection = await looking.catch(() => undefined); // The profile refuses it, if it must.
        const request = {
          payload,
          fileName,
          at: document.claimedAt,
          messageType: document.messageType,
        };
        const signed = await signOnCard(card, { profile, options, request, inspection, waived: document.waived ?? [] });
        const others = (document.checks ?? []).filter(({ rule }) => !rule.startsWith("SW-RULE-card-"));
        if (signed.checks.length > 0) document.checks = [...others, ...signed.checks];
        message.payload = signed.payload;
        if (signed.signature) document.signature = signed.signature;
        if (card.settings.backend === "software") status.show("yellow", "dot", "software");
        else status.show("green", "dot", "signed");
      } catch (error) {
        const [fill, shape, key] = statusOf(error);
        status.show(fill, shape, key);
        const final = whenBlocked === "fail" && error instanceof ImportClientError && error.details.pin;
        throw final ? asFinal(error) : error;
      }
      send(message);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-card-sign", CardSign);
};
