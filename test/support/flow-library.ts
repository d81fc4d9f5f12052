import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Node, parse } from "acorn";
import { simple } from "acorn-walk";

/** One check of the Flow Library's scorecard (node-red-dev), with what it found where it fails. */
export interface Check {
  id: string;
  wrong: string[];
}

export interface Manifest {
  name: string;
  license?: string;
  repository?: unknown;
  bugs?: unknown;
  keywords?: string[];
  engines?: { node?: string };
  dependencies?: Record<string, string>;
  "node-red": { version?: string; nodes: Record<string, string> };
}

/** What the library reads of a node out of its page: it parses the script, so the definition has to stand in the call itself. */
interface Definition {
  category: string;
  wrong: string[];
}

/** Packages of which the library knows that they break Node-RED, and below which major version. */
const INCOMPATIBLE = { "agent-base": 6 };
const MOST_DEPENDENCIES = 6;
/** Settings of a definition that have to be written out where it is registered. */
const INLINE: Record<string, string> = {
  defaults: "ObjectExpression",
  credentials: "ObjectExpression",
  icon: "Literal",
  color: "Literal",
  inputs: "Literal",
  outputs: "Literal",
  category: "Literal",
};

type Syntax = Node & {
  callee?: Syntax;
  property?: Syntax;
  name?: string;
  value?: unknown;
  arguments?: Syntax[];
  properties?: { key: Syntax; value: Syntax }[];
};

/** The nodes that a page registers, by type. Throws what cannot be parsed. */
export function definitionsIn(page: string): Map<string, Definition> {
  const found = new Map<string, Definition>();
  for (const [, script = ""] of page.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi)) {
    simple(parse(script, { ecmaVersion: "latest" }), {
      CallExpression: (call) => {
        const { callee, arguments: [type, definition] = [] } = call as Syntax;
        if (callee?.property?.name !== "registerType" || type?.type !== "Literal") return;
        found.set(String(type.value), definitionOf(definition));
      },
    });
  }
  return found;
}

function definitionOf(definition: Syntax | undefined): Definition {
  const properties = definition?.type === "ObjectExpression" ? (definition.properties ?? []) : [];
  const odd = properties.filter(({ key, value }) => INLINE[key.name ?? ""] && value.type !== INLINE[key.name ?? ""]);
  const category = properties.find(({ key }) => key.name === "category")?.value.value;
  return {
    category: String(category ?? ""),
    wrong: [
      ...(properties.length === 0 ? ["no object is registered"] : []),
      ...odd.map(({ key }) => `${key.name} is not written out`),
    ],
  };
}

/** The versions that a range of the form `>=x.y` or `>=x.y.z` takes. */
export function takes(range: string | undefined, version: readonly number[]): boolean {
  const least = /^>=(\d+)(?:\.(\d+))?(?:\.(\d+))?$/
    .exec(range ?? "")
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (!least) return false;
  const at = [0, 1, 2].find((index) => (version[index] ?? 0) !== least[index]);
  return at === undefined || (version[at] ?? 0) > (least[at] ?? 0);
}

/**
 * The checks of node-red-dev 0.1.6 that need no network, by their numbers there, for a package in a folder. `pageOf` gives a node's page.
 * Left to the program itself: names that others in the library's catalogue have (P08, N01), and whether a dependency is the newest (D03).
 */
export function checksOf(
  folder: string,
  manifest: Manifest,
  {
    pageOf,
    installed,
    nodeRed,
  }: { pageOf: (file: string) => string; installed: Record<string, string>; nodeRed: readonly number[][] },
): Check[] {
  const definitions = new Map<string, Definition>();
  const unreadable: string[] = [];
  for (const file of Object.values(manifest["node-red"].nodes)) {
    const own = definitionsIn(pageOf(file));
    if (own.size === 0) unreadable.push(`${file}: no node is registered in its page`);
    for (const [type, definition] of own) definitions.set(type, definition);
  }
  const used = usedIn(join(folder, "examples"));
  const inPalette = [...definitions].filter(([, { category }]) => category !== "config").map(([type]) => type);
  const version = manifest["node-red"].version;
  const bad = Object.entries(INCOMPATIBLE).flatMap(([name, least]) => {
    const found = installed[name];
    return found !== undefined && Number.parseInt(found, 10) < least ? [`${name}@${found}`] : [];
  });
  const dependencies = Object.keys(manifest.dependencies ?? {}).length;
  const check = (id: string, ...wrong: (string | false)[]): Check => ({
    id,
    wrong: wrong.filter((one) => one !== false),
  });
  return [
    check("P01", !manifest.license && "no licence"),
    check("P03", !manifest.repository && !manifest.bugs && "neither repository nor bugs"),
    check("P04", !/^@[a-z\d][\w-.]+\/[a-z\d][\w-.]*$/.test(manifest.name) && `${manifest.name} has no scope`),
    check("P05", !manifest.keywords?.includes("node-red") && "no keyword node-red"),
    check("P06", !nodeRed.some((one) => takes(version, one)) && `no supported Node-RED is ${version}`),
    check(
      "P07",
      !takes(manifest.engines?.node, OLDEST_NODE) && `Node-RED's oldest Node.js is not ${manifest.engines?.node}`,
    ),
    check(
      "N01",
      ...unreadable,
      ...[...definitions].flatMap(([type, { wrong }]) => wrong.map((one) => `${type}: ${one}`)),
    ),
    check("N02", ...inPalette.filter((type) => !used.has(type)).map((type) => `${type} is in no example`)),
    check("D01", dependencies > MOST_DEPENDENCIES && `${dependencies} dependencies`),
    check("D02", ...bad),
  ];
}

/** What the newest Node-RED runs on at the least. */
const OLDEST_NODE = [22, 9, 0];

function usedIn(examples: string): Set<string> {
  if (!existsSync(examples)) return new Set();
  const files = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  const flows = files.flatMap((file) => JSON.parse(readFileSync(join(examples, file), "utf8")) as { type: string }[]);
  return new Set(flows.map(({ type }) => type));
}
