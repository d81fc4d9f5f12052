import { RULES } from "../lib/preflight/index.js";

const EMPTY_LIST = "const RULES = {};";
const LANGUAGES = { "en-US": "en", "zh-CN": "zh" } as const;

/**
 * Puts the rules of `lib/preflight/rules/` into what the editor reads of the preflight node: their severities and sources
 * into its page, their titles into its two catalogues. Other files come back as they are. Throws when the page has no place
 * for them.
 */
export function withRules(file: string, bytes: Buffer): Buffer {
  const path = file.replaceAll("\\", "/");
  if (path.endsWith("/nodes/preflight/preflight.html")) return Buffer.from(inPage(bytes.toString("utf8")));
  const language = /\/nodes\/preflight\/locales\/(en-US|zh-CN)\/preflight\.json$/.exec(path)?.[1];
  if (!language) return bytes;
  const catalogue = JSON.parse(bytes.toString("utf8"));
  const own = LANGUAGES[language as keyof typeof LANGUAGES];
  catalogue.preflight.rule = Object.fromEntries(RULES.map(({ id, title }) => [id, title[own]]));
  return Buffer.from(`${JSON.stringify(catalogue, null, 2)}\n`);
}

function inPage(page: string): string {
  if (!page.includes(EMPTY_LIST)) throw new Error(`preflight.html has no line "${EMPTY_LIST}"`);
  const list = Object.fromEntries(RULES.map(({ id, severity, source }) => [id, [severity, source]]));
  return page.replace(EMPTY_LIST, () => `const RULES = ${JSON.stringify(list)};`);
}
