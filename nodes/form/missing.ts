import type { NodeAPI } from "node-red";
import { type ClientSettings, clientSettingsOf } from "../../lib/client/settings.js";
import { type Missing, prerequisitesOf } from "../../lib/diagnose/prerequisites.js";
import type { Bilingual } from "../../lib/errors.js";
import { Folders } from "../../lib/files/folders.js";
import { type SettingsRead, settingText, unsetVariable } from "../../lib/settings.js";
import { BACKENDS, backendByName } from "../../lib/signing/backends.js";
import { cardSettingsOf } from "../../lib/signing/read-settings.js";
import type { CardSettings } from "../../lib/signing/settings.js";
import { noFolder } from "../../lib/watch/notices.js";
import { brokerSettingsOf } from "../mq-broker/settings.js";
import type { Choice } from "./choices.js";
import { type Offer, offerFor } from "./company.js";
import type { Form, FormNode } from "./form.js";

/** A setting without which nothing can be sent, or that is wrong. */
export interface Gap {
  /** Id of the node, and the setting in its dialog; empty for what is missing on the machine. */
  node: string;
  setting: string;
  /** The environment variable that the setting names; empty when it names none. */
  variable: string;
  text: Bilingual;
  advice: Bilingual | null;
  /** What it may be, where that is one of a few. */
  choices?: readonly Choice[];
  /** What another client has there, where companies on one machine usually share it. */
  offer: Offer | null;
}

type Found = Omit<Gap, "node" | "offer">;

/** What is typed over a variable's name in a field is still taken for one; a name of ours never is the value itself. */
function typedOver(variable: string, advice: Bilingual | null): Bilingual | null {
  if (variable === "" || variable.startsWith("SW_")) return advice;
  return {
    zh: `若“${variable}”本身就是要填的值，请点栏目中的 ▾，选择“文本”。${advice?.zh ?? ""}`,
    en: `If ${variable} is the value itself, choose string at the ▾ of the field. ${advice?.en ?? ""}`.trim(),
  };
}

/** What the runtime's own readers say of a node, and what `then` finds of the settings that could be read. */
async function read<T>(
  node: FormNode,
  { settings, faults }: SettingsRead<T>,
  then: (settings: T, wrong: ReadonlySet<string>) => Promise<Found[]> | Found[] = () => [],
): Promise<Found[]> {
  const problems = faults.problems();
  const found = problems.map(({ setting, text }) => ({
    setting,
    variable: unsetVariable(node.values[setting]),
    text,
    advice: typedOver(unsetVariable(node.values[setting]), null),
  }));
  return [...found, ...(await then(settings, new Set(problems.map(({ setting }) => setting))))];
}

const onMachine = (node: FormNode, missing: readonly Missing[]): Found[] =>
  missing.map(({ setting, text, advice }) => ({
    setting,
    variable: unsetVariable(node.values[setting]),
    text,
    advice: typedOver(unsetVariable(node.values[setting]), advice),
  }));

const empty = (setting: string, variable: unknown, text: Bilingual): Found => ({
  setting,
  variable: settingText(variable),
  text,
  advice: null,
});

function ofClient(form: Form, node: FormNode): Promise<Found[]> {
  const settings = clientSettingsOf(form.settings(node));
  return read(node, settings, async (client, wrong) => [
    ...onMachine(node, (await prerequisitesOf(client, undefined)).missing),
    ...(client.root !== "" && !wrong.has("newFolders") ? folderless(form, node, client) : []),
  ]);
}

/** A root without a business folder, where the deploy makes none either: all would be green, and nothing ever sent. */
function folderless(form: Form, { id }: FormNode, { root, newFolders, boxPaths }: ClientSettings): Found[] {
  const watches = form.ofType("sw-folder-watch").filter(({ values }) => values.client === id);
  const ofRoot = watches.length > 0 && watches.every(({ values }) => settingText(values.businesses) === "");
  if (!ofRoot || newFolders.length > 0 || boxPaths.length > 0) return [];
  try {
    if (new Folders(root).withOutBox().length > 0) return [];
  } catch {
    return []; // The deploy says what keeps the root from being read.
  }
  const { text, advice } = noFolder(root);
  return [{ setting: "newFolders", variable: "", text, advice: advice ?? null }];
}

/** A login is not asked for by every broker, but by the Single Window's. */
async function ofBroker(RED: NodeAPI, form: Form, node: FormNode): Promise<Found[]> {
  const { userEnv, passwordEnv } = node.values;
  const user = form.secret(node, "user", userEnv);
  const password = form.secret(node, "password", passwordEnv);
  const found = await read(node, brokerSettingsOf(RED, form.settings(node), { user, password }));
  if (user === "") found.push(empty("user", userEnv, { zh: "未设置登录用户名", en: "the user name is not set" }));
  if (password === "")
    found.push(empty("password", passwordEnv, { zh: "未设置登录密码", en: "the password is not set" }));
  return found;
}

async function ofCard(form: Form, node: FormNode): Promise<Found[]> {
  const { pinEnv } = node.values;
  const pin = form.secret(node, "pin", pinEnv);
  return read(node, cardSettingsOf(form.settings(node), pin), async (card, wrong) => {
    // What a card needs follows from its kind.
    if (wrong.has("backend")) return [];
    const kind = kindless(form, node, card);
    if (kind && settingText(form.settings(node).backend) === "") return [kind];
    const found = [...(kind ? [kind] : []), ...onMachine(node, (await prerequisitesOf(undefined, card)).missing)];
    const needsPin = pin === "" && backendByName(card.backend)?.needsPin(card);
    return needsPin ? [...found, empty("pin", pinEnv, { zh: "未设置 PIN", en: "the PIN is not set" })] : found;
  });
}

/** Nobody has said yet which kind of card it is: that is asked first. One with a driver is of the usual kind. */
function kindless(form: Form, node: FormNode, { module }: CardSettings): Found | undefined {
  const variable = form.unset(node, "backend");
  if (variable === "" || module !== "") return undefined;
  const choices = BACKENDS.map(({ name, title }) => ({ value: name, text: title }));
  return { ...empty("backend", variable, { zh: "未选择卡的类型", en: "the kind of card is not chosen" }), choices };
}

/** Ids of the clients that declare for real, also where a variable says so. */
export function inProduction(form: Form): string[] {
  const clients = form.ofType("sw-import-client");
  return clients.filter((node) => settingText(form.settings(node).environment) === "production").map(({ id }) => id);
}

/** All that is still missing or wrong before a document can be sent, of every node in the form. */
export async function missingIn(RED: NodeAPI, form: Form): Promise<Gap[]> {
  const look: Record<string, (node: FormNode) => Promise<Found[]>> = {
    "sw-import-client": (node) => ofClient(form, node),
    "sw-mq-broker": (node) => ofBroker(RED, form, node),
    "sw-card": (node) => ofCard(form, node),
  };
  const gaps: Gap[] = [];
  for (const node of form.all()) {
    for (const found of (await look[node.type]?.(node)) ?? []) {
      gaps.push({ node: node.id, ...found, offer: offerFor(node, found.setting, form) });
    }
  }
  return gaps;
}
