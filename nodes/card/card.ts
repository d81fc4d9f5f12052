import type { Node, NodeAPI, NodeConstructor, NodeDef } from "node-red";
import { decisionOf, NOBODY } from "../../lib/audit/entry.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { SYSTEM_CLOCK } from "../../lib/clock.js";
import { checkPrerequisites } from "../../lib/diagnose/prerequisites.js";
import { bothLanguages } from "../../lib/errors.js";
import { settingText } from "../../lib/settings.js";
import { backendByName } from "../../lib/signing/backends.js";
import { Card } from "../../lib/signing/card.js";
import { guardWarning } from "../../lib/signing/guard-place.js";
import { cardSettingsOf, pinInClear } from "../../lib/signing/read-settings.js";
import { type CardNode, cardNodes, type ImportClientNode } from "../registry.js";
import { inWords, onClose, sayOnce } from "../runtime.js";

/** Milliseconds between two looks whether the certificate is still valid by the clock. */
const LOOK = 60_000;

interface Config extends NodeDef {
  client?: string;
  pinEnv?: string;
  /** The rest as `readCardSettings` knows it. */
  [setting: string]: unknown;
}

export = (RED: NodeAPI): void => {
  function CardConstructor(this: CardNode, config: Config): void {
    RED.nodes.createNode(this, config);
    this.client = settingText(config.client);
    const credentials = (this as Node<{ pin?: string }>).credentials;
    const variable = settingText(config.pinEnv);
    const pin =
      settingText(credentials?.pin) ||
      (variable ? settingText(RED.util.evaluateNodeProperty(variable, "env", this, {})) : "");
    const { settings, faults } = cardSettingsOf({ ...config }, pin);
    const sayMissing = (error: unknown) => this.error(inWords(error));
    try {
      faults.assertNone();
    } catch (error) {
      this.fault = error;
      sayOnce(this, error);
      // What a card needs follows from its kind; it is said with the rest, not only when that is mended.
      const kindIsKnown = faults.problems().every(({ setting }) => setting !== "backend");
      if (kindIsKnown) checkPrerequisites(undefined, settings).catch(sayMissing);
      return;
    }
    const warn = (zh: string, en: string) => this.warn(bothLanguages({ zh, en }));
    const { backend, controlUrl } = settings;
    const testsOnly = backendByName(backend)?.testsOnly;
    if (testsOnly) warn(testsOnly.zh, testsOnly.en);
    if (pinInClear(settings)) {
      warn(
        `PIN 将以明文发往 ${controlUrl}，请改用 wss:// 或本机控件`,
        `the PIN goes to ${controlUrl} in clear: use wss:// or a control on this machine`,
      );
    }
    // Red at once, not only when the first document comes to be signed.
    this.checked = checkPrerequisites(undefined, settings).then(() => undefined);
    this.checked.catch(sayMissing);
    const guard = guardWarning();
    if (guard) warn(guard.zh, guard.en);

    /** The client of this card; undefined when it has none. Rejects when that could not be opened. */
    const owner = async () =>
      this.client ? (RED.nodes.getNode(this.client) as ImportClientNode | null)?.ready : undefined;
    const tell = (how: (client: ImportClient) => void) => {
      owner().then(
        (client) => client && how(client),
        () => {}, // A client that could not be opened says so itself.
      );
    };
    const me = { id: this.id, name: this.name ?? "" };
    const card = new Card(settings, {
      onState: (event) => tell((client) => client.cardChanged({ ...me, ...event })),
      onWarning: (code, text) => {
        this.warn(bothLanguages(text));
        tell((client) => client.record("card-warning", me.id, me.name, code, bothLanguages(text)));
      },
    });

    this.opened = async () => {
      await owner();
      return card;
    };
    this.hasPin = () => card.hasPin;
    this.needs = () => settings;
    this.facts = async () => {
      const facts = await card.facts();
      return facts ? { card: facts } : {};
    };
    this.report = async () => ({ ...me, client: this.client, ...card.status() });
    this.release = async (reason, by = NOBODY) => {
      const release = async () => (await this.opened()).release(reason);
      const client = await owner().catch(() => undefined);
      const decision = decisionOf({ ...by, what: "card-release", reason, file: me.name || me.id });
      // The guard's own record has the reason, too, where there is no client or it could not be opened.
      await (client && reason.trim() !== "" ? client.audit.decide(decision, release) : release());
      tell((client) => client.record("card-released", me.id, me.name, "", reason));
      return this.report();
    };
    const stop = SYSTEM_CLOCK.every(LOOK, () => card.look());
    cardNodes.set(this.id, this);
    onClose(this, async () => {
      cardNodes.delete(this.id);
      stop();
      await card.close();
    });
  }
  RED.nodes.registerType("sw-card", CardConstructor as NodeConstructor<Node, Config, object>, {
    credentials: { pin: { type: "password" } },
  });
};
