import type { Node, NodeAPI, NodeDef } from "node-red";
import { type FolderSetting, UNSIGNED, unknownType, wayOf } from "../../lib/business/folder-settings.js";
import { kindByType } from "../../lib/business/index.js";
import { type Inspection, inspect } from "../../lib/business/inspect.js";
import type { DocumentHandle } from "../../lib/document.js";
import { codeOf, ImportClientError } from "../../lib/errors.js";
import { settingFlag } from "../../lib/settings.js";
import { assertMaySign, checkBeforeSigning } from "../../lib/signing/before-signing.js";
import { FIELD_INPUTS, PROFILE_NAMES, type ProfileOptions, signDocument } from "../../lib/signing/profiles/index.js";
import { SUITES } from "../../lib/signing/profiles/suites.js";
import { settingChoice } from "../../lib/signing/read-settings.js";
import type { CardIdentity } from "../../lib/signing/types.js";
import { type CardNode, clientOf } from "../registry.js";
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

/**
 * The profile that signs a document: the node's own; else the one of its type, else of its folder. What a producer wrapped is
 * never signed again. Throws SW-TYPE where nothing says it. Undefined for what cannot even be read.
 */
function profileFor(
  wanted: string,
  inspection: Inspection | undefined,
  { business, messageType }: DocumentHandle,
  folders: readonly FolderSetting[],
): string | undefined {
  if (inspection?.wrapped) return UNSIGNED;
  if (wanted !== "auto") return wanted;
  const way = inspection && wayOf(inspection, business, folders);
  const profile = way?.signing ?? kindByType(messageType)?.signing;
  if (profile) return profile;
  if (inspection) throw unknownType(inspection, business);
  return undefined;
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
      const payload = payloadOf(message);
      const client = await clientOf(document);
      const looking = client ? client.inspections.of(document.id, payload, fileName) : inspect(payload, fileName);
      let unreadable: unknown;
      // The profile refuses it, if it must.
      const inspection = await looking.catch((error) => {
        unreadable = error;
        return undefined;
      });
      const profile = profileFor(wanted, inspection, document, client?.settings.folders ?? []);
      if (profile === undefined) throw unreadable;
      if (profile === UNSIGNED) {
        status.show("green", "ring", "passed");
        send(message);
        return;
      }
      status.show("blue", "dot", "signing");
      try {
        const card = await cardNode().backend();
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
