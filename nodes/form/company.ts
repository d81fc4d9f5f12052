import type { Bilingual } from "../../lib/errors.js";
import { settingText, unsetVariable } from "../../lib/settings.js";
import type { Form, FormNode } from "./form.js";

/** A setting that nothing stops without, and that a company has of its own; its variable has no value. */
export interface Asked {
  node: string;
  setting: string;
  variable: string;
  text: Bilingual;
  offer: Offer | null;
}

/** What another client on this machine has there, to be taken over by a person; never anything secret. */
export interface Offer {
  value: string;
  /** Name or client ID of the other one. */
  from: string;
}

/** What companies on one machine usually have in common: the broker's address, the card's driver, the region. No place, no name, no login. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  "sw-import-client": ["region", "schemas", "advice"],
  "sw-mq-broker": ["host", "port", "vhost", "useTls"],
  "sw-card": ["backend", "module", "controlUrl", "controlCa", "sdfConfig"],
};

const MANIFEST: Bilingual = { zh: "舱单等报文与之核对", en: "manifests and others are compared with it" };
type Texts = Readonly<Record<string, Bilingual>>;
const OWN: Readonly<Record<string, (node: FormNode, form: Form) => Texts>> = {
  "sw-import-client": () => ({
    orgCode: MANIFEST,
    customsCode: { zh: "报文和卡与之核对", en: "documents and the card are compared with it" },
    region: MANIFEST,
  }),
  "sw-card": (node, form): Texts => {
    const other = cardBeside(node, form);
    const text = {
      zh: `与“${other}”的卡使用同一驱动：以令牌标签区分两张卡`,
      en: `the card of ${other} has the same driver: the token's label tells the two apart`,
    };
    return other === "" ? {} : { token: text };
  },
};

const nameOf = (client: FormNode, form: Form) =>
  client.name || settingText(form.settings(client).clientId) || client.id;

/** The other clients, in the order of the form. */
function others(node: FormNode, form: Form): FormNode[] {
  const own = node.type === "sw-import-client" ? node.id : settingText(node.values.client);
  return form.ofType("sw-import-client").filter(({ id }) => id !== own);
}

/** Nodes of a type that belong to a client, or the client itself. */
function of(client: FormNode, type: string, form: Form): readonly FormNode[] {
  return type === client.type ? [client] : form.ofType(type).filter(({ values }) => values.client === client.id);
}

/** The other client whose card is behind the same driver; empty when there is none or a slot tells them apart. */
function cardBeside(node: FormNode, form: Form): string {
  const { module, slot } = form.settings(node);
  if (settingText(module) === "" || settingText(slot) !== "") return "";
  const same = (card: FormNode) => settingText(form.settings(card).module) === settingText(module);
  const other = others(node, form).find((client) => of(client, "sw-card", form).some(same));
  return other ? nameOf(other, form) : "";
}

const environmentOf = (client: FormNode, form: Form) => settingText(form.settings(client).environment) || "test";

/** Test is never offered production's server, nor the other way round. */
function mayShare(node: FormNode, other: FormNode, form: Form): boolean {
  if (node.type !== "sw-mq-broker") return true;
  const own = form.node("sw-import-client", settingText(node.values.client));
  return own !== undefined && environmentOf(own, form) === environmentOf(other, form);
}

/** What another client has for a setting that companies usually share; null for every other setting, and when none has it. */
export function offerFor(node: FormNode, setting: string, form: Form): Offer | null {
  if (!SHARED[node.type]?.includes(setting)) return null;
  const own = settingText(form.settings(node)[setting]);
  for (const client of others(node, form).filter((other) => mayShare(node, other, form))) {
    for (const like of of(client, node.type, form)) {
      const value = settingText(form.settings(like)[setting]);
      if (value !== "" && value !== own) return { value, from: nameOf(client, form) };
    }
  }
  return null;
}

/** What may be asked of a company besides what is missing: its codes, and which card is its own where two are behind one driver. */
export function askedIn(form: Form): Asked[] {
  return form.all().flatMap((node) => {
    const settings = form.settings(node);
    return Object.entries(OWN[node.type]?.(node, form) ?? {})
      .map(([setting, text]) => ({ node, setting, text, variable: unsetVariable(settings[setting]) }))
      .filter(({ variable }) => variable !== "")
      .map((one) => ({ ...one, node: node.id, offer: offerFor(node, one.setting, form) }));
  });
}
