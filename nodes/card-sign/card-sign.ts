import type { Node, NodeAPI, NodeDef } from "node-red";
import { kindByType } from "../../lib/business/index.js";
import { inspect } from "../../lib/business/inspect.js";
import { codeOf, ImportClientError } from "../../lib/errors.js";
import { settingFlag } from "../../lib/settings.js";
import { assertMaySign, checkBeforeSigning } from "../../lib/signing/before-signing.js";
import { FIELD_INPUTS, PROFILE_NAMES, type ProfileOptions, signDocument } from "../../lib/signing/profiles/index.js";
import { SUITES } from "../../lib/signing/profiles/suites.js";
import { settingChoice } from "../../lib/signing/read-settings.js";
import type { CardIdentity } from "../../lib/signing/types.js";
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

/** The same error, after which the document does not wait: `settle` ends it with its local receipt. */
function asFinal(error: ImportClientError): ImportClientError {
  return new ImportClientError(error.code, error.text, { ...error, kind: "fails" });
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
        const card = await cardNode().backend();
        const payload = payloadOf(message);
        const inspections = await inspectionsFor(document);
        const looking = inspections ? inspections.of(document.id, payload, fileName) : inspect(payload, fileName);
        const inspection = await looking.catch(() => undefined); // The profile refuses it, if it must.
        const check = (identity: CardIdentity) => {
          const found = checkBeforeSigning(identity, inspection, { waived: document.waived ?? [] });
          assertMaySign(found);
          const expiry = found.find(({ rule }) => rule === "SW-RULE-card-expiry");
          if (expiry) void cardNode().warnDaily(expiry.rule, expiry.text);
          const others = (document.checks ?? []).filter(({ rule }) => !rule.startsWith("SW-RULE-card-"));
          if (found.length > 0) document.checks = [...others, ...found];
        };
        const identity = await cardNode()
          .identity()
          .catch((error) => {
            // Some cards show their certificate only to who is logged in: checked after signing, before it is sent.
            if ((error as ImportClientError).details?.inner === "CERTIFICATE-ABSENT") return undefined;
            throw error;
          });
        if (identity) check(identity);
        const request = {
          payload,
          fileName,
          at: document.claimedAt,
          messageType: document.messageType,
        };
        const signed = await signDocument(profile, request, card, options);
        if (!identity) check(await cardNode().identity());
        message.payload = signed.payload;
        if (signed.signature) document.signature = signed.signature;
        if (card.kind === "software") status.show("yellow", "dot", "software");
        else status.show("green", "dot", "signed");
      } catch (error) {
        const code = codeOf(error);
        const { state } = ((error as ImportClientError).details ?? {}) as { state?: string };
        if (code === "SW-CONFIG") status.show("red", "ring", "config");
        else if (code?.startsWith("SW-RULE-") || state === "expired") status.show("yellow", "dot", "refused");
        else if (code === "C144" || state === "closed" || state === "locked") status.show("red", "dot", "blocked");
        else status.show("red", "ring", "absent");
        throw code === "SW-PIN-BLOCKED" && whenBlocked === "fail" ? asFinal(error as ImportClientError) : error;
      }
      send(message);
    });
    onClose(this, async () => status.close());
  }
  RED.nodes.registerType("sw-card-sign", CardSign);
};
