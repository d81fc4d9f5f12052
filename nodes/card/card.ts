import type { Node, NodeAPI, NodeConstructor, NodeDef } from "node-red";
import { ImportClientError } from "../../lib/errors.js";
import { settingText } from "../../lib/settings.js";
import { openCard } from "../../lib/signing/open.js";
import { pinInClear, readCardSettings } from "../../lib/signing/read-settings.js";
import type { CardSettings } from "../../lib/signing/settings.js";
import type { CardBackend, CardIdentity } from "../../lib/signing/types.js";
import { type CardNode, cardNodes, type ImportClientNode } from "../registry.js";
import { onClose } from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  pinEnv?: string;
  /** The rest as `readCardSettings` knows it. */
  [setting: string]: unknown;
}

/** Milliseconds between two looks for a card that is not there: each may take the driver many seconds. */
const ASK_AGAIN = 30_000;

export = (RED: NodeAPI): void => {
  function CardConstructor(this: CardNode, config: Config): void {
    RED.nodes.createNode(this, config);
    this.client = settingText(config.client);
    const credentials = (this as Node<{ pin?: string }>).credentials;
    const variable = settingText(config.pinEnv);
    const pin =
      settingText(credentials?.pin) ||
      (variable ? settingText(RED.util.evaluateNodeProperty(variable, "env", this, {})) : "");
    let settings: CardSettings;
    try {
      settings = readCardSettings({ ...config }, pin);
    } catch (error) {
      this.fault = error;
      this.error((error as Error).message);
      return;
    }
    const { backend, controlUrl } = settings;
    if (backend === "software")
      this.warn("使用的是密钥文件，不是卡，仅供测试 / a key file is used, not a card: for tests only");
    if (pinInClear(settings)) {
      this.warn(
        `卡密码将以明文发往 ${controlUrl}，请改用 wss:// 或本机控件 / the PIN goes to ${controlUrl} in clear: use wss:// or a control on this machine`,
      );
    }
    let opened: Promise<CardBackend> | undefined;
    let identity: CardIdentity | undefined;
    let askAgainAt = 0;
    let code = "";
    let warnedOn = "";
    /** Takes the listener away: that a card's node closes is no change of the card. */
    let deafen: (() => void) | undefined;

    this.hasPin = () => pin !== "" || settings.pinPad === true;
    this.backend = () => {
      opened ??= (async () => {
        // The guard's rows live in the ledger, so it needs a client; without one it lasts as long as this node.
        const node = this.client ? (RED.nodes.getNode(this.client) as ImportClientNode | null) : null;
        const client = await node?.ready;
        const card = openCard(settings, client?.ledger.pins);
        deafen = card.onState((event) => {
          code = event.code;
          client?.cardChanged({ id: this.id, name: this.name ?? "", ...event });
        });
        return card;
      })();
      return opened;
    };
    this.identity = async () => {
      identity = await (await this.backend()).identity();
      return identity;
    };
    const note = async (event: string, about: string, text: string) => {
      const node = this.client ? (RED.nodes.getNode(this.client) as ImportClientNode | null) : null;
      const client = await node?.ready.catch(() => undefined);
      client?.record(event, this.id, this.name ?? "", about, text);
    };
    this.warnDaily = async (about, text) => {
      const today = new Date().toDateString();
      if (warnedOn === today) return;
      warnedOn = today;
      this.warn(`${text.zh} / ${text.en}`);
      await note("card-warning", about, `${text.zh} / ${text.en}`);
    };
    this.release = async (reason) => {
      if (reason.trim() === "") {
        throw new ImportClientError("SW-REQUEST", { zh: "请写明原因", en: "say why: the reason is kept" });
      }
      await (await this.backend()).release(reason);
      await note("card-released", "", reason);
      return this.report();
    };
    this.facts = async () => {
      if (Date.now() < askAgainAt) return {};
      try {
        identity ??= await this.identity();
        return { card: { companyCode: identity.companyCode, cardNumber: identity.cardNumber } };
      } catch {
        askAgainAt = Date.now() + ASK_AGAIN;
        return {}; // No card now: card-sign says so for the documents that need one.
      }
    };
    this.report = async () => {
      const card = await opened?.catch(() => undefined);
      return {
        id: this.id,
        name: this.name ?? "",
        client: this.client,
        backend,
        state: card?.state ?? "unknown",
        code,
        holder: identity?.holder ?? "",
        notAfter: identity?.notAfter ?? 0,
        companyCode: identity?.companyCode ?? "",
      };
    };
    this.needs = () => settings;
    cardNodes.set(this.id, this);
    onClose(this, async () => {
      cardNodes.delete(this.id);
      deafen?.();
      await (await opened?.catch(() => undefined))?.close();
    });
  }
  RED.nodes.registerType("sw-card", CardConstructor as NodeConstructor<Node, Config, object>, {
    credentials: { pin: { type: "password" } },
  });
};
