import { RULES } from "../lib/preflight/index.js";
import { BACKENDS } from "../lib/signing/backends.js";

/** A list of the package that a node's dialog shows. Its titles go into both catalogues of the node. */
interface EditorList {
  node: string;
  /** The line of the node's page that declares the list, empty. */
  line: string;
  /** What stands there instead. */
  filled: string;
  /** Where the titles go: names in the node's catalogue, from the outside to the inside. */
  at: readonly string[];
  titles: readonly { name: string; title: { zh: string; en: string } }[];
}

const LISTS: readonly EditorList[] = [
  {
    node: "preflight",
    line: "const RULES = {};",
    filled: `const RULES = ${JSON.stringify(Object.fromEntries(RULES.map(({ id, severity, source }) => [id, [severity, source]])))};`,
    at: ["preflight", "rule"],
    titles: RULES.map(({ id, title }) => ({ name: id, title })),
  },
  {
    node: "card",
    line: "const BACKENDS = [];",
    filled: `const BACKENDS = ${JSON.stringify(BACKENDS.map(({ name }) => name))};`,
    at: ["card", "option", "backend"],
    titles: BACKENDS,
  },
];

const LANGUAGES = { "en-US": "en", "zh-CN": "zh" } as const;

/**
 * Puts the lists of `lib/` into what the editor reads of their nodes: the rules and their titles into preflight's page and
 * catalogues, the backends into the card's. Other files come back as they are. Throws when a page has no place for its list.
 */
export function withLists(file: string, bytes: Buffer): Buffer {
  const [, node, rest = ""] = /\/nodes\/([a-z-]+)\/(.+)$/.exec(file.replaceAll("\\", "/")) ?? [];
  const list = LISTS.find((one) => one.node === node);
  if (!list) return bytes;
  if (rest === `${node}.html`) return Buffer.from(filledPage(list, bytes.toString("utf8")));
  const [, language] = /^locales\/([\w-]+)\/[a-z-]+\.json$/.exec(rest) ?? [];
  if (!language) return bytes;
  return Buffer.from(filledCatalogue(list, LANGUAGES[language as keyof typeof LANGUAGES], bytes.toString("utf8")));
}

function filledPage({ node, line, filled }: EditorList, page: string): string {
  if (!page.includes(line)) throw new Error(`${node}.html has no line "${line}"`);
  return page.replace(line, () => filled);
}

function filledCatalogue({ at, titles }: EditorList, language: "zh" | "en", text: string): string {
  const catalogue = JSON.parse(text);
  let place = catalogue;
  for (const name of at) place = place[name] ??= {};
  for (const { name, title } of titles) place[name] = title[language];
  return `${JSON.stringify(catalogue, null, 2)}\n`;
}
