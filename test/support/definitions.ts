import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

/** What a node registers in the editor. */
export interface Definition {
  category: string;
  color?: string;
  icon?: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, { value: unknown; type?: string; required?: boolean; validate?: Validator }>;
  credentials?: Record<string, { type: string }>;
  paletteLabel?(): string;
  outputLabels?(index: number): string;
}
type Validator = (this: unknown, value: unknown, options: object) => unknown;

/** The page as the editor gets it: the build puts the sidebar's parts together, and lists of lib/ into theirs. */
export const html = (folder: string): string =>
  readFileSync(join(__dirname, "..", "..", "dist", "nodes", folder, `${folder}.html`), "utf8");

/** Runs a node's script as the editor would, and gives back what it registered. */
export function definitionOf(folder: string): Definition {
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html(folder))?.[1] ?? "";
  let definition: Definition | undefined;
  const editor = {
    _: (key: string) => key,
    nodes: {
      registerType: (type: string, registered: Definition) => {
        assert.equal(type, `sw-${folder}`);
        definition = registered;
      },
    },
  };
  runInNewContext(script, { RED: editor, $: () => ({ val: () => undefined }) });
  assert.ok(definition, `${folder}.html registers no type`);
  return definition;
}
