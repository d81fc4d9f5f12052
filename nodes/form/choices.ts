import { existsSync } from "node:fs";
import { knownFolders } from "../../lib/business/index.js";
import { type Bilingual, ImportClientError, neutral } from "../../lib/errors.js";
import { Folders } from "../../lib/files/folders.js";
import { requiredText, settingText } from "../../lib/settings.js";
import { knownModules } from "../../lib/signing/backends.js";
import { type ListedToken, listTokens } from "../../lib/signing/pkcs11/list.js";
import type { Form, FormNode } from "./form.js";

/** One value that a field may take, and what it stands for. */
export interface Choice {
  value: string;
  text: Bilingual;
  /** It is there on this machine already. */
  there?: boolean;
}

type Settings = Record<string, unknown>;

/** What a queue is called where none is set, before the client ID. */
export const USUAL_QUEUE: Readonly<Record<string, string>> = { "sw-mq-send": "Q_Send", "sw-mq-receive": "Q_Recv" };

const KINDS: Record<string, (settings: Settings, form: Form, node: FormNode) => Promise<Choice[]> | Choice[]> = {
  modules: ({ backend }) =>
    knownModules(settingText(backend), process.platform, existsSync).map(({ name, path }) => ({
      value: path,
      text: neutral(name),
    })),
  tokens: async (settings) => (await tokensOf(settings)).map(tokenChoice),
  keyLabels: async (settings) => keysOf(settings, "label"),
  keyIds: async (settings) => keysOf(settings, "id"),
  queues: (settings, form, node) => queueChoices(settings, form, node),
  folders: (settings, form, node) => folderChoices(rootOf(settings, form, node)),
};

/** What a field of a dialog may be filled with. Rejects with SW-REQUEST, and with what keeps it from being found out. */
export async function choicesFor(form: Form, kind: string, id: string): Promise<Choice[]> {
  const node = form.all().find((one) => one.id === id);
  if (!Object.hasOwn(KINDS, kind) || !node) {
    throw new ImportClientError("SW-REQUEST", { zh: "没有这种选项", en: "there are no choices of this kind" });
  }
  return (await KINDS[kind]?.(form.settings(node), form, node)) ?? [];
}

function tokensOf({ module }: Settings): Promise<ListedToken[]> {
  return listTokens(requiredText("module", module));
}

function tokenChoice({ label, serial, maker }: ListedToken, _index: number, all: readonly ListedToken[]): Choice {
  // By its serial number where two have the same label, or it has none.
  const unique = label !== "" && all.filter((other) => other.label === label).length === 1;
  return { value: unique ? label : serial, text: neutral([label, serial, maker].filter(Boolean).join(" · ")) };
}

async function keysOf(settings: Settings, by: "label" | "id"): Promise<Choice[]> {
  const wanted = settingText(settings.token);
  const tokens = (await tokensOf(settings)).filter(
    ({ label, serial }) => wanted === "" || [label, serial].includes(wanted),
  );
  const keys = tokens.flatMap((token) => token.keys).filter((key) => key[by] !== "");
  return keys.map((key) => ({
    value: key[by],
    text: neutral([by === "label" ? key.id : key.label, key.holder].filter(Boolean).join(" · ")),
  }));
}

/** The root of the client that a node belongs to, or of the client itself. */
function rootOf(settings: Settings, form: Form, node: FormNode): string {
  const client = node.type === "sw-import-client" ? settings : clientOf(settings, form);
  return settingText(client?.root);
}

function clientOf({ client }: Settings, form: Form): Settings | undefined {
  const node = form.node("sw-import-client", settingText(client));
  return node && form.settings(node);
}

/** The name that is taken where none is set, then those that other nodes of the same broker use. */
function queueChoices(settings: Settings, form: Form, node: FormNode): Choice[] {
  const clientId = settingText(clientOf(settings, form)?.clientId);
  const usual = `${USUAL_QUEUE[node.type] ?? ""}${clientId}`;
  const others = Object.keys(USUAL_QUEUE)
    .flatMap((type) => form.ofType(type))
    .filter(({ id, values }) => id !== node.id && values.broker === settings.broker)
    .map((other) => ({ value: settingText(form.settings(other).queue), text: neutral(other.name) }));
  return [
    ...(clientId === ""
      ? []
      : [{ value: usual, text: { zh: "不填时使用的队列", en: "the one that is used where none is set" } }]),
    ...others.filter(({ value }, index) => value !== "" && others.findIndex((one) => one.value === value) === index),
  ];
}

/** The folders that are in the root, then the codes that this package knows, each by its name. */
function folderChoices(root: string): Choice[] {
  const there = root === "" ? [] : new Folders(root).withAnyBox().map(({ code }) => code);
  const known = knownFolders().map(({ code, title }) => ({ value: code, text: title }));
  const is = (one: string) => (other: string) => other.toLowerCase() === one.toLowerCase();
  return [
    ...there.map((value) => ({
      value,
      text: known.find((one) => is(value)(one.value))?.text ?? neutral(""),
      there: true,
    })),
    ...known.filter(({ value }) => !there.some(is(value))),
  ];
}
