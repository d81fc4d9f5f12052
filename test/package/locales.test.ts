import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { FAULT_TEXTS } from "../../lib/amqp/fault-texts.js";
import { STATE_NAMES } from "../../lib/diagnose/ledger.js";
import { type Catalogue, keysOf, textAt } from "../support/catalogue.js";
import { definitionOf, html } from "../support/definitions.js";
import { type ExampleNode, examples as flows } from "../support/examples.js";

const root = join(__dirname, "..", "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const types = Object.keys(manifest["node-red"].nodes);
const folders = types.map((type) => type.slice("sw-".length));
const languages = ["en-US", "zh-CN"] as const;

const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
const catalogue = (folder: string, language: string): Catalogue =>
  JSON.parse(read("dist", "nodes", folder, "locales", language, `${folder}.json`));

/** What `showConnection` shows on either node of the broker. */
const CONNECTION = ["connected", "connecting", "disconnected", "blocked", "dns", "tls", "login", "vhost", "permission"];

/** Every status key of the nodes, as the runtime shows them. */
const STATUS: Record<string, readonly string[]> = {
  "folder-watch": ["waiting", "waiting2", "waiting3", "waiting4", "waiting5", "claimed", "full", "fault"],
  "validate-xsd": ["valid", "invalid"],
  preflight: ["passed", "warned", "refused"],
  zip: ["done"],
  compose: ["made", "refused", "client"],
  "hand-in": ["handed", "already", "good", "refused", "client"],
  "card-sign": ["ready", "signing", "signed", "blocked", "absent", "software"],
  "mq-send": [...CONNECTION, "exchange", "sending", "confirmed"],
  "mq-receive": [...CONNECTION, "queue", "exclusive", "shared", "receiving"],
  "receipt-parse": ["recognised", "unknown"],
  settle: ["settled"],
  documents: ["watching", "done"],
  diagnose: ["running", "passed", "failed"],
};

describe("what the editor shows", () => {
  for (const folder of [...folders, "sidebar"]) {
    describe(folder, () => {
      const [english, chinese] = languages.map((language) => catalogue(folder, language)) as [Catalogue, Catalogue];

      it("has equal keys in English and Chinese, and no empty text", () => {
        assert.deepEqual(keysOf(chinese).sort(), keysOf(english).sort());
        for (const tree of [english, chinese]) {
          for (const key of keysOf(tree)) assert.notEqual(textAt(tree, key)?.trim(), "", key);
        }
      });

      it("has the same placeholders in both languages", () => {
        const placeholders = (text = "") => (text.match(/__\w+__/g) ?? []).sort();
        for (const key of keysOf(english)) {
          assert.deepEqual(placeholders(textAt(chinese, key)), placeholders(textAt(english, key)), key);
        }
      });

      it("has every key that its page names", () => {
        const page = html(folder);
        const named = [...page.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map(([, key]) => key ?? "");
        const called = [...page.matchAll(/(?:this\.|_def\.)_\("([^"]+)"/g)].map(([, key]) => key ?? "");
        const translated = [...page.matchAll(/\btranslate\("([^"]+)"/g)].map(([, key]) => `sidebar.${key}`);
        const keys = [...named, ...called, ...translated];
        assert.ok(keys.length > 3);
        for (const key of keys) assert.ok(textAt(english, key), `${folder}.html names ${key}`);
      });

      it("uses the editor's own colours only, and puts no outside text in as HTML", () => {
        const style = [...html(folder).matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, rules]) => rules).join("");
        assert.doesNotMatch(style, /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i);
        for (const [, variable] of style.matchAll(/var\((--[\w-]+)/g))
          assert.match(variable ?? "", /^--(?:red-ui|sw)-/);
        assert.doesNotMatch(html(folder), /\.html\(|innerHTML|insertAdjacentHTML|document\.write/);
      });

      it("is one page that asks for no other file", () => {
        assert.doesNotMatch(html(folder), /<link\b|<script[^>]*\bsrc=|^\s*(import|export)\b/m);
      });

      it("leaves no name of its own in the editor's page", () => {
        const ignore = () => undefined;
        const page = {
          RED: { _: ignore, nodes: { registerType: ignore }, plugins: { registerPlugin: ignore } },
          $: ignore,
          document: { addEventListener: ignore },
        };
        const before = Object.keys(page);
        const scripts = [...html(folder).matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)];
        assert.ok(scripts.length > 0);
        for (const [, script] of scripts) runInNewContext(script ?? "", page);
        assert.deepEqual(Object.keys(page), before);
      });
    });
  }

  it("calls the states of a document the same in the sidebar and in the connection test", () => {
    const { sidebar } = catalogue("sidebar", "zh-CN") as { sidebar: Catalogue };
    assert.deepEqual(sidebar.state, STATE_NAMES);
  });

  it("has a word for every fault of the connection and every step of its test", () => {
    const page = readFileSync(join(root, "docs", "connection-test.md"), "utf8");
    const steps = [...(page.split("## Faults")[0] ?? "").matchAll(/^\| `([\w-]+)/gm)].map(([, step]) => `step.${step}`);
    assert.ok(steps.length > 10);
    const wanted = [...steps, ...Object.keys(FAULT_TEXTS).map((fault) => `fault.${fault}`)];
    for (const language of languages) {
      const words = catalogue("sidebar", language);
      for (const key of wanted) assert.ok(textAt(words, `sidebar.${key}`), `${language}: ${key}`);
    }
  });

  for (const folder of folders) {
    describe(`${folder}: dialog and help`, () => {
      const definition = definitionOf(folder);
      const isConfig = definition.category === "config";
      const english = catalogue(folder, "en-US");
      const properties = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})];

      it("has a labelled field for every property that is saved", () => {
        for (const property of properties.filter((name) => name !== "version")) {
          const id = `node-${isConfig ? "config-" : ""}input-${property}`;
          assert.ok(html(folder).includes(`id="${id}"`), `no field ${id}`);
          assert.ok(textAt(english, `${folder}.label.${property}`), `no label for ${property}`);
          assert.ok(
            html(folder).includes(`data-i18n="${folder}.label.${property}"`),
            `label of ${property} is not shown`,
          );
        }
      });

      it("carries the version of its saved settings", () => {
        assert.equal(definition.defaults.version?.value, 1);
        assert.equal(definition.defaults.name?.value, "");
      });

      it("has validators that take a saved value and answer a bad one with a message", () => {
        const node = { _def: { _: (key: string) => key }, backend: "pkcs11" };
        for (const [property, { value, validate }] of Object.entries(definition.defaults)) {
          if (!validate) continue;
          assert.equal(
            validate.length,
            2,
            `${property}: the editor shows messages of validators with two parameters only`,
          );
          if (value !== "") assert.equal(validate.call(node, value, {}), true, `${property}: its own default`);
          const answers = ["", " ", "-1", "not,,valid ;", "[", "\u0000", "postgres://user:secret@db/sw"].map((bad) =>
            validate.call(node, bad, {}),
          );
          const messages = answers.filter((answer) => answer !== true);
          // Some depend on another setting; they are tried in the editor's own test.
          if (folder === "card" && messages.length === 0) continue;
          assert.ok(messages.length > 0, `${property}: nothing is refused`);
          for (const message of messages)
            assert.ok(textAt(english, String(message)), `${property}: ${String(message)}`);
        }
      });

      it("has help in both languages, in the style guide's order", () => {
        const headings = {
          "en-US": ["Inputs", "Outputs", "Details", "References"],
          "zh-CN": ["输入", "输出", "详细", "参考"],
        };
        for (const language of languages) {
          const help = read("nodes", folder, "locales", language, `${folder}.html`);
          assert.match(help, new RegExp(`<script type="text/html" data-help-name="sw-${folder}">`));
          const found = [...help.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, heading]) => heading ?? "");
          const order = found.map((heading) => headings[language].indexOf(heading));
          assert.deepEqual(order, [...order].sort(), `${language}: ${found.join(", ")}`);
          assert.ok(!order.includes(-1), `${language}: ${found.join(", ")}`);
          assert.ok(found.includes(headings[language][2] as string) && found.includes(headings[language][3] as string));
          if (isConfig) continue;
          assert.equal(
            found.includes(headings[language][0] as string),
            (definition.inputs ?? 0) > 0 && !helpless(folder),
          );
          assert.ok(found.includes(headings[language][1] as string));
        }
      });

      if (!isConfig) {
        it("has a palette label, port labels, an icon and the one category", () => {
          assert.equal(definition.category, "single_window");
          assert.equal(definition.icon, `${folder}.svg`);
          assert.ok(existsSync(join(root, "icons", `${folder}.svg`)));
          const self = { _: (key: string) => key, mode: "query" };
          const shown = [definition.paletteLabel?.call(self)];
          for (let port = 0; port < (definition.outputs ?? 0); port++)
            shown.push(definition.outputLabels?.call(self, port));
          for (const language of languages) {
            const tree = catalogue(folder, language);
            assert.ok(textAt(tree, "palette.label.single_window"));
            for (const key of shown) assert.ok(textAt(tree, String(key)), String(key));
          }
        });

        it("has a text under 20 characters for every status", () => {
          assert.ok(STATUS[folder], `no statuses listed for ${folder}`);
          for (const language of languages) {
            const tree = catalogue(folder, language);
            for (const key of [...(STATUS[folder] ?? []), "config"]) {
              const text = textAt(tree, `${folder}.status.${key}`);
              assert.ok(text && text.length < 20, `${language} ${key}: ${text}`);
            }
          }
        });
      }
    });
  }

  it("has one catalogue key and status key for what the runtime shows", () => {
    for (const folder of folders) {
      const script = read("nodes", folder, `${folder}.ts`);
      for (const [, key] of script.matchAll(/status\.show\(\s*"\w+",\s*"\w+",\s*"([\w-]+)"/g)) {
        assert.ok(textAt(catalogue(folder, "en-US"), `${folder}.status.${key}`), `${folder}.ts shows ${key}`);
      }
    }
  });
});

/** `receipt-parse` and the like all have inputs described; a node without input has none. */
function helpless(folder: string): boolean {
  return folder === "folder-watch" || folder === "mq-receive";
}

/** Their purpose is another client beside the first. */
const SECOND_CLIENT = ["11-two-environments.json", "12-second-company.json"];

describe("examples", () => {
  const core = [
    "tab,comment,catch,debug,inject,link in,link out,link call,switch,change,function,delay,split,csv",
    "file,file in,http request,http in,http response",
  ].flatMap((types) => types.split(","));

  it("show every node type once at least", () => {
    const shown = new Set([...flows.values()].flat().map(({ type }) => type));
    for (const type of types) assert.ok(shown.has(type), `${type} is in no example`);
  });

  for (const [name, nodes] of flows) {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    describe(name, () => {
      it("uses our nodes and core nodes only, with all settings they save", () => {
        for (const node of nodes) {
          if (!types.includes(node.type)) {
            assert.ok(core.includes(node.type), node.type);
            continue;
          }
          const { defaults } = definitionOf(node.type.slice("sw-".length));
          for (const property of Object.keys(defaults))
            assert.ok(property in node, `${node.type}: ${property} is missing`);
          const placed = ["id", "type", "z", "x", "y", "wires"];
          for (const property of Object.keys(node)) {
            assert.ok(property in defaults || placed.includes(property), `${node.type}: ${property} is not a setting`);
          }
        }
      });

      it("has ids of 16 hex digits, wires that lead somewhere and as many ports as each node has", () => {
        assert.equal(byId.size, nodes.length, "an id is used twice");
        for (const node of nodes) {
          assert.match(node.id, /^[0-9a-f]{16}$/);
          const definition = types.includes(node.type) ? definitionOf(node.type.slice("sw-".length)) : undefined;
          if (node.type === "tab" || definition?.category === "config") continue;
          assert.equal(byId.get(node.z ?? "")?.type, "tab", node.id);
          if (definition) assert.equal(node.wires?.length, definition.outputs, node.type);
          for (const target of (node.wires ?? []).flat()) {
            assert.equal(byId.get(target)?.z, node.z, `${node.id} is wired to ${target}`);
          }
          for (const target of node.links ?? []) {
            if (node.type === "link call") assert.equal(byId.get(target)?.type, "link in", node.id);
            else assert.ok(byId.get(target)?.links?.includes(node.id), `link ${node.id} to ${target} goes one way`);
          }
        }
      });

      it("names config nodes that it holds itself", () => {
        for (const node of nodes.filter(({ type }) => types.includes(type))) {
          const { defaults } = definitionOf(node.type.slice("sw-".length));
          for (const [property, { type, required }] of Object.entries(defaults)) {
            if (!type) continue;
            const id = String(node[property] ?? "");
            if (id === "" && required === false) continue;
            assert.equal(byId.get(id)?.type, type, `${node.type}.${property}`);
          }
        }
      });

      it("passes the validators of its nodes", () => {
        for (const node of nodes.filter(({ type }) => types.includes(type))) {
          const { defaults } = definitionOf(node.type.slice("sw-".length));
          for (const [property, { validate }] of Object.entries(defaults)) {
            const value = node[property];
            // The editor takes a whole environment variable for valid without asking.
            if (!validate || /^\$\{\w+\}$/.test(String(value))) continue;
            assert.equal(
              validate.call({ ...node, _def: { _: (key: string) => key } }, value, {}),
              true,
              `${node.type}.${property}`,
            );
          }
        }
      });

      it("lays its nodes on the grid, apart from each other, under a comment", () => {
        const tabs = nodes.filter(({ type }) => type === "tab");
        for (const tab of tabs) {
          const on = nodes.filter(({ z }) => z === tab.id);
          assert.ok(
            on.some(({ type }) => type === "comment"),
            String(tab.label),
          );
          const seen = new Set(on.map(({ x, y }) => `${x} ${y}`));
          assert.equal(seen.size, on.length);
        }
      });

      it("says in both languages what to do, and shows it whole on a small screen", () => {
        const comment = nodes.find(({ type, info }) => type === "comment" && info);
        if (comment) assert.match(comment.info ?? "", /[\u4e00-\u9fff]{3}[\s\S]*\n[A-Z`][^\u4e00-\u9fff\n]+/);
        else assert.equal(name, "02-connection-test.json");
        for (const { id, x = 0, y = 0 } of nodes) assert.ok(x <= 740 && y <= 600, id);
      });
    });
  }

  it("share one client, broker and card, so that whoever imports one after the other gets no second one", () => {
    const shared = new Map<string, ExampleNode>();
    const ids = new Map<string, string>();
    for (const [name, nodes] of flows) {
      for (const node of nodes) {
        const config = types.includes(node.type) && definitionOf(node.type.slice("sw-".length)).category === "config";
        if (config && !SECOND_CLIENT.includes(name)) {
          assert.deepEqual(node, shared.get(node.type) ?? node, `${name}: ${node.type}`);
          shared.set(node.type, node);
        } else {
          assert.equal(ids.get(node.id), undefined, `${name}: ${node.id}`);
          ids.set(node.id, name);
        }
      }
    }
    assert.equal(shared.size, 3);
  });

  it("takes every setting of the import flow from the environment variables that its first comment names", () => {
    const nodes = flows.get("01-import-client.json") ?? [];
    const used = new Set(JSON.stringify(nodes.filter(({ type }) => type !== "comment")).match(/SW_[A-Z0-9_]+/g) ?? []);
    const first = nodes.find(({ type }) => type === "comment");
    for (const variable of used) assert.ok(first?.info?.includes(variable), `${variable} is not in the comment`);
    const expected = [
      "SW_ROOT SW_ENVIRONMENT SW_CLIENT_ID SW_ORG_CODE SW_CUSTOMS_CODE SW_REGION SW_LEDGER SW_SCHEMAS",
      "SW_AMQP_HOST SW_AMQP_PORT SW_AMQP_VHOST SW_AMQP_TLS SW_AMQP_USER SW_AMQP_PASSWORD SW_SEND_QUEUE SW_RECEIVE_QUEUE",
      "SW_CARD_BACKEND SW_CARD_PIN SW_PKCS11_MODULE SW_PKCS11_TOKEN SW_CONTROL_URL SW_CARD_KEYFILE",
    ];
    for (const variable of expected.join(" ").split(" ")) assert.ok(used.has(variable), variable);
  });
});
