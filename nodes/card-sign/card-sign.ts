import type { Node, NodeAPI, NodeDef, NodeStatusFill, NodeStatusShape } from "node-red";
import {
  type FolderSetting,
  UNSIGNED,
  unknownType,
  unsuitedProfile,
  wayOf,
} from "../../lib/business/folder-settings.js";
import { kindByType } from "../../lib/business/index.js";
import { type Inspection, inspect } from "../../lib/business/inspect.js";
import { SYSTEM_CLOCK } from "../../lib/clock.js";
import type { DocumentHandle } from "../../lib/document.js";
import { codeOf, ImportClientError } from "../../lib/errors.js";
import { configError, everySetting, settingChoice, settingFlag } from "../../lib/settings.js";
import { sha256InTurns } from "../../lib/sha256.js";
import { backendByName } from "../../lib/signing/backends.js";
import type { Card } from "../../lib/signing/card.js";
import { FIELD_INPUTS, PROFILE_NAMES, type ProfileOptions } from "../../lib/signing/profiles/index.js";
import { SUITES } from "../../lib/signing/profiles/suites.js";
import { signOnCard } from "../../lib/signing/sign-on-card.js";
import { signText, TEXT, textBytes } from "../../lib/signing/sign-text.js";
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
  readOnce,
  StatusLine,
} from "../runtime.js";
import { markUnwired } from "../wiring.js";

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
  const { suite, withComments, input, ...others } = everySetting({
    suite: () => settingChoice("suite", config.suite, ["auto", ...SUITES.map(({ name }) => name)]),
    withComments: () => settingFlag("withComments", config.withComments, false),
    input: () => settingChoice("fieldInput", config.fieldInput, FIELD_INPUTS),
    profile: () => settingChoice("profile", config.profile, ["auto", ...PROFILE_NAMES, TEXT]),
    whenBlocked: () => settingChoice("whenBlocked", config.whenBlocked, ["wait", "fail"]),
  });
  const options: ProfileOptions = { ...(suite !== "auto" && { suite }), withComments, input };
  return { ...others, options };
}

/** A card's certificate that is not valid by this machine's clock, by the code of its state. */
const isInvalid = (code: string) => code === "CERTIFICATE-EXPIRED" || code === "CERTIFICATE-NOT-YET-VALID";

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

/** A document would go out without its signature: it waits until another way to sign is set. Throws SW-CONFIG. */
function assertNoDocument({ document }: FlowMessage): void {
  if (document === undefined) return;
  throw configError(
    "profile",
    "签名方式为“按原文对文本签名”的节点不签名单据",
    "a node that signs texts as they come signs no documents",
  );
}

/** The same fault, after which the document does not wait: `settle` ends it with its local receipt. */
function asFinal(error: ImportClientError): ImportClientError {
  return new ImportClientError(error.code, error.text, { ...error, cause: error.cause, kind: "fails" });
}

/**
 * The profile that signs a document: the node's own; else the one of its type or of its folder, `set` where the folder's row says it.
 * What a producer wrapped is never signed again. Throws SW-TYPE where nothing says it. Undefined for what cannot even be read.
 */
function profileFor(
  wanted: string,
  inspection: Inspection | undefined,
  { business, messageType }: DocumentHandle,
  folders: readonly FolderSetting[],
): { profile: string; set?: true } | undefined {
  if (inspection?.wrapped) return { profile: UNSIGNED };
  if (wanted !== "auto") return { profile: wanted };
  const way = inspection && wayOf(inspection, business, folders);
  const profile = way?.signing ?? kindByType(messageType)?.signing;
  if (profile) return { profile, ...(way?.set && { set: true }) };
  if (inspection) throw unknownType(inspection, business);
  return undefined;
}

export = (RED: NodeAPI): void => {
  function CardSign(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "card-sign");
    markUnwired(RED, this, config, status);
    const settings = readOnce(() => readConfig(config));
    const cardNode = () => configNode<CardNode>(RED, config.card, "sw-card");
    checkConfig(RED, this, status, async () => {
      readConfig(config);
      // What is missing stands in the log already, by the card's own name.
      cardNode().checked.catch(() => status.show("red", "ring", "missing"));
    });

    let followed: { card: Card; leave: () => void } | undefined;
    /** Its certificate may end between two documents. */
    const follow = (card: Card) => {
      if (followed?.card === card) return;
      followed?.leave();
      const show = (code: string) => (isInvalid(code) ? status.block("certificate") : status.unblock());
      followed = { card, leave: card.onState(({ code }) => show(code)) };
      show(card.status().code);
    };

    /** Signs, showing it; rejects with the card's fault, which ends a document only where that is set. */
    const onCard = async <T>(whenBlocked: string, sign: (card: Card) => Promise<T>): Promise<T> => {
      status.show("blue", "dot", "signing");
      try {
        const card = await cardNode().opened();
        follow(card);
        const signed = await sign(card);
        if (backendByName(card.settings.backend)?.testsOnly) status.show("yellow", "dot", "software");
        else status.show("green", "dot", "signed");
        return signed;
      } catch (error) {
        status.show(...statusOf(error));
        const final = whenBlocked === "fail" && error instanceof ImportClientError && error.details.pin;
        throw final ? asFinal(error) : error;
      }
    };

    onInput(this, async (message: FlowMessage, send) => {
      const { profile: wanted, options, whenBlocked } = settings();
      if (wanted === TEXT) {
        assertNoDocument(message);
        const text = textBytes(message.payload);
        message.signature = await onCard("wait", (card) => signText(card, text, options.suite));
        send(message);
        return;
      }
      const document = documentOf(message);
      assertNotRefused(document);
      const fileName = message.filename || document.fileName;
      const payload = payloadOf(message);
      const client = await clientOf(document);
      const looking = client ? client.inspections.of(document.id, payload, fileName) : inspect(payload, fileName);
      let unreadable: unknown;
      // The profile refuses it, if it must.
      const inspection = await looking.catch((error) => {
        unreadable = error;
        return undefined;
      });
      const chosen = profileFor(wanted, inspection, document, client?.settings.folders ?? []);
      if (chosen === undefined) throw unreadable;
      const { profile, set } = chosen;
      if (profile === UNSIGNED) {
        status.show("green", "ring", "passed");
        send(message);
        return;
      }
      const request = { payload, fileName, at: document.claimedAt, messageType: document.messageType };
      const waived = document.waived ?? [];
      const sign = () =>
        onCard(whenBlocked, (card) =>
          signOnCard(card, { profile, options, request, inspection, waived }).catch((error) => {
            const unsuited = set && inspection && (error as ImportClientError).details?.reason === "profile";
            throw unsuited ? unsuitedProfile(inspection, document.business, profile) : error;
          }),
        );
      const signed = await (client ? client.stepped(document, "signed", sign) : sign());
      const others = (document.checks ?? []).filter(({ rule }) => !rule.startsWith("SW-RULE-card-"));
      if (signed.checks.length > 0) document.checks = [...others, ...signed.checks];
      // Who verifies it years later needs the certificate; a document is not kept back for that.
      const { certificateNumber, certificate } = signed.identity;
      await client?.audit.keepCertificate(certificateNumber, certificate).catch((error) => client.reports.fault(error));
      message.payload = signed.payload;
      if (signed.signature)
        document.signature = {
          ...signed.signature,
          sha256: await (client
            ? client.inspections.sha256(document.id, signed.payload)
            : sha256InTurns(signed.payload, SYSTEM_CLOCK)),
        };
      send(message);
    });
    onClose(this, async () => {
      followed?.leave();
      status.close();
    });
  }
  RED.nodes.registerType("sw-card-sign", CardSign);
};
