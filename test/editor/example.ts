import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type NodeRed, type NodeRedOptions, startNodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import type { FlowNode } from "../support/flow-nodes.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { type Editor, type Language, launchBrowser, openEditor } from "./browser.js";

export const repo = join(__dirname, "..", "..");
const example = join(repo, "examples", "01-import-client.json");

/** A node as the editor holds it. */
interface EditorNode {
  type: string;
  valid: boolean;
  validationErrors: string[];
}

const flow = JSON.parse(readFileSync(example, "utf8")) as FlowNode[];
const ours = flow.filter(({ type }) => type.startsWith("sw-"));
export const idOf = (type: string): string => ours.find((node) => node.type === type)?.id ?? "";
/** One node of each type is enough for a look at its dialog. */
export const oneOfEach = [...new Map(ours.map((node) => [node.type, node])).values()];

/** A catalogue key that nobody translated: `folder-watch.label.client`, or with its namespace before it. */
export const RAW_KEY =
  /@single-window\/|[a-z]+\.(?:label|tip|group|option|placeholder|error|status|output|rule|palette|sidebar)\.[\w.-]+|sidebar\.\w+/;

/** Every node and config node in the editor, with what its validators say. */
export function nodesIn(page: Page): Promise<EditorNode[]> {
  return page.evaluate(() => {
    const nodes: EditorNode[] = [];
    // Function expressions: the compiler wraps named ones in a helper that the page does not have.
    RED.nodes.eachNode((node: EditorNode) => nodes.push(node));
    RED.nodes.eachConfig((node: EditorNode) => nodes.push(node));
    return nodes.map(({ type, valid, validationErrors }) => ({
      type,
      valid,
      validationErrors: validationErrors ?? [],
    }));
  });
}

/** What the example takes from the environment. Nothing listens behind any of it, and there is no key: every document stops with a reason. */
export async function exampleEnvironment(root: string): Promise<Record<string, string>> {
  return {
    SW_ROOT: root,
    SW_ENVIRONMENT: "test",
    SW_CLIENT_ID: "DEMO0001",
    SW_ORG_CODE: "123456789",
    SW_CUSTOMS_CODE: "4403960000",
    SW_REGION: "5300",
    SW_AMQP_HOST: "127.0.0.1",
    SW_AMQP_PORT: String(await freePort()),
    SW_AMQP_TLS: "false",
    SW_CARD_BACKEND: "software",
    SW_CARD_KEYFILE: join(root, "no-such-key.pem"),
  };
}

/**
 * An editor that loads nothing from outside and shows nothing of its own. No dialog of ours has code in it, and Monaco takes
 * a third of the time in which the editor opens.
 */
export const QUIET = {
  tours: false,
  palette: { catalogues: [] },
  multiplayer: { enabled: false },
  codeEditor: { lib: "ace" },
};

/** A real Node-RED with the example flow. */
export async function startExample(
  env: Record<string, string>,
  change: Partial<NodeRedOptions> = {},
): Promise<NodeRed> {
  const settings = { editorTheme: QUIET };
  return startNodeRed({ userDir: scratch(), port: await freePort(), flowFile: example, settings, env, ...change });
}

/** A real Node-RED with the example flow, and a browser, for the tests of the `describe` that it is made in. */
export class ExampleRun {
  private nodeRed!: NodeRed;
  private browser!: Browser;

  constructor() {
    before(() => this.start());
    after(async () => {
      await this.browser?.close();
      await this.nodeRed?.stop();
      removeScratch();
    });
  }

  open(language: Language): Promise<Editor> {
    return openEditor(this.browser, this.nodeRed.url, language);
  }

  private async start(): Promise<void> {
    const root = scratch();
    this.nodeRed = await startExample(await exampleEnvironment(join(root, "ImpPath")));
    this.browser = await launchBrowser();
  }
}
