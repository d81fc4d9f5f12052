import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { box, drop } from "../../support/boxes.js";
import {
  brokerNode,
  cardNode,
  catchAll,
  clientNode,
  type FlowNode,
  node,
  sink,
  watchNode,
} from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { PIN } from "../../support/test-card.js";
import { until } from "../../support/until.js";

/** Changes of settings, by node; `null` = the node is not there. */
type Change = Record<string, Record<string, unknown> | null>;

interface Forgotten {
  what: string;
  change: (root: string) => Change;
  /** The code that a waiting document's row carries; undefined = one that waits by itself. */
  code?: string;
  /** What is said in red before any document comes: in a node's error at deploy. */
  atDeploy?: RegExp;
  broker?: { user: string; password: string };
  environment?: () => Record<string, string>;
}

/** How many documents wait in each case. */
const DOCUMENTS = 3;

/** It no longer waits. */
const ended = ({ state }: { state: string }): boolean => !["claimed", "sending"].includes(state);

/** A pkcs11js that cannot be loaded, for the module's process: as npm leaves it where no compiler is. */
function withoutPkcs11(): Record<string, string> {
  const folder = scratch();
  const missing = join(folder, "missing.cjs");
  writeFileSync(
    missing,
    "throw Object.assign(new Error(\"Cannot find module 'pkcs11js'\"), { code: 'MODULE_NOT_FOUND' });",
  );
  const config = join(folder, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions: { baseUrl: folder, paths: { pkcs11js: [missing] } } }));
  return { TSX_TSCONFIG_PATH: config };
}

const FORGOTTEN: readonly Forgotten[] = [
  { what: "no broker host", change: () => ({ broker: { host: "" } }), code: "SW-CONFIG", atDeploy: /host is not set/ },
  {
    what: "a broker node that is not there",
    change: () => ({ broker: null }),
    code: "SW-CONFIG",
    atDeploy: /sw-mq-broker/,
  },
  {
    what: "no broker chosen",
    change: () => ({ send: { broker: "" } }),
    code: "SW-CONFIG",
    atDeploy: /no sw-mq-broker/,
  },
  { what: "a queue that the broker does not have", change: () => ({ send: { queue: "nowhere" } }), code: "C18" },
  { what: "a virtual host that the broker does not have", change: () => ({ broker: { vhost: "none" } }), code: "C18" },
  { what: "a wrong password of the broker", change: () => ({}), broker: { user: "u", password: "wrong" }, code: "C18" },
  { what: "no PKCS#11 module", change: () => ({ card: { module: "" } }), code: "C134" },
  {
    what: "a path to no PKCS#11 module",
    atDeploy: /SW-PREREQUISITE .*module\.so/,
    change: () => ({ card: { module: "/no/such/module.so" } }),
    code: "C134",
  },
  {
    what: "pkcs11js not installed",
    change: () => ({}),
    environment: withoutPkcs11,
    code: "C134",
  },
  { what: "a token that is not there", change: () => ({ card: { token: "another" } }), code: "C134" },
  { what: "a key that the token does not have", change: () => ({ card: { keyLabel: "another" } }), code: "C134" },
  {
    what: "no card chosen",
    change: () => ({ sign: { card: "" } }),
    code: "SW-CONFIG",
    atDeploy: /no sw-card is chosen/,
  },
  { what: "a card node that is not there", change: () => ({ card: null }), code: "SW-CONFIG", atDeploy: /sw-card/ },
  {
    what: "a card backend that there is not",
    change: () => ({ card: { backend: "pkcs12" } }),
    code: "SW-CONFIG",
    atDeploy: /卡的类型（示例中为环境变量 SW_CARD_BACKEND）只能是 .*“pkcs12”/,
  },
  {
    what: "a slot that is no number",
    change: () => ({ card: { slot: "abc" } }),
    code: "SW-CONFIG",
    atDeploy: /slot/,
  },
  {
    what: "a certificate file of an HSM that is none",
    change: () => ({ card: { backend: "sdf", module: "/etc/passwd", certificateFile: "/etc/passwd" } }),
    code: "C134",
  },
  { what: "no key file", change: () => ({ card: { backend: "software", keyFile: "" } }), code: "C134" },
  {
    what: "a key file that is not there",
    atDeploy: /key\.pem/,
    change: () => ({ card: { backend: "software", keyFile: "/no/such/key.pem" } }),
    code: "C134",
  },
  {
    what: "an address that is none of a card control",
    atDeploy: /61232/,
    change: () => ({ card: { backend: "control", controlUrl: "61232" } }),
  },
  {
    what: "a signing profile that there is not",
    atDeploy: /profile/,
    change: () => ({ sign: { profile: "none" } }),
    code: "SW-CONFIG",
  },
  {
    what: "a folder of XSDs that is not there",
    atDeploy: /such.folder/,
    change: () => ({ client: { schemas: "/no/such/folder" } }),
  },
  {
    what: "an XSD that cannot be read",
    atDeploy: /DEC\.xsd/,
    change: (root) => {
      const schemas = join(root, "..", "schemas");
      mkdirSync(schemas, { recursive: true });
      writeFileSync(
        join(schemas, "DEC.xsd"),
        '<xs:schema targetNamespace="http://www.chinaport.gov.cn/dec"><xs:element name="DecMessage">',
      );
      return { client: { schemas } };
    },
  },
];

/**
 * A forgotten or wrong setting is nobody's document's fault: it is said in red at deploy where the settings alone tell it,
 * documents wait in OutBox with its code, none goes to FailBox, and no local receipt is written for an ERP to act on.
 */
export function forgottenSettings(bench: RedBench): void {
  describe("with a setting that is missing or wrong", () => {
    let root: string;
    let queue: string;
    beforeEach(async () => {
      root = join(scratch(), "ImpPath");
      queue = await bench.queue();
    });

    const flow = (change: Change): FlowNode[] => {
      const nodes = [
        clientNode(root),
        brokerNode(bench.broker),
        cardNode(bench.token),
        watchNode({}, "xsd"),
        node("sw-validate-xsd", "xsd", { client: "client", noSchema: "pass" }, ["preflight"], ["refused"]),
        node("sw-preflight", "preflight", { client: "client", card: "card" }, ["sign"], ["refused"]),
        node("sw-card-sign", "sign", { card: "card", profile: "auto" }, ["send"]),
        node(
          "sw-mq-send",
          "send",
          { client: "client", broker: "broker", queue, confirmTimeout: 30, giveUpAfter: 1, attempts: 1 },
          ["settle"],
        ),
        node("sw-settle", "settle", { client: "client", outcome: "sent" }, []),
        sink("refused", "end"),
        catchAll("caught"),
        sink("caught", "end"),
        // As the example has it, but quicker, so that one that is not to fail has every chance to.
        node("sw-settle", "end", { client: "client", outcome: "auto", retryAfter: 0.1, retryTimes: 1 }, []),
      ];
      return nodes.flatMap((one) => {
        const changed = change[one.id];
        return changed === null ? [] : [{ ...one, ...changed }];
      });
    };

    for (const { what, change, atDeploy, environment } of FORGOTTEN) {
      if (!atDeploy) continue;
      it(`${what}: said in red at deploy, before any document comes`, async () => {
        const set = environment?.() ?? {};
        Object.assign(process.env, set);
        try {
          await bench.load(flow(change(root)));
          await until(
            () => `${atDeploy} is among the errors: ${bench.errors().join(" | ")}`,
            () => bench.errors().some((line) => atDeploy.test(line)),
            5_000,
          );
        } finally {
          for (const name of Object.keys(set)) delete process.env[name];
        }
      });
    }

    for (const { what, change, code, environment, broker } of FORGOTTEN) {
      it(`${what}: ${DOCUMENTS} of ${DOCUMENTS} documents wait`, async () => {
        const set = environment?.() ?? {};
        Object.assign(process.env, set);
        try {
          await bench.load(flow(change(root)), { card: { pin: PIN }, ...(broker && { broker }) });
          const keys = Array.from({ length: DOCUMENTS }, () => freshKey());
          for (const key of keys) drop(root, "DecCus001", `${key}.xml`, decXml({ key, goods: 1 }));
          const { ledger } = await bench.client();
          // Each is tried more often than a document that may fail would be.
          await until(
            () => `every document was given back three times; InBox: ${box(root, "DecCus001", "InBox").join()}`,
            async () => {
              const documents = await ledger.query({ limit: 100 });
              if (documents.some(ended)) return "too late";
              return documents.length === DOCUMENTS && documents.every(({ attempt }) => attempt > 3);
            },
            40_000,
          );
          const documents = await ledger.query({ limit: 100 });
          assert.deepEqual(
            documents.filter(ended).map((row) => `${row.state}: ${row.code} ${row.text}`),
            [],
          );
          if (code) for (const row of documents) assert.equal(row.code, code, row.text);
          const said = bench.logged(({ id }) => id === "client").filter((line) => line.includes(" waits: "));
          for (const { id, fileName } of documents) {
            const happened = (await ledger.story(id))?.events.map(({ event }) => event) ?? [];
            const events = happened.filter((event) => event !== "warned");
            assert.deepEqual(events, ["claimed", "retry", "returned", "claimed"], "told once, and not with every try");
            assert.equal(said.filter((line) => line.includes(fileName)).length, 1, "so in Node-RED's log");
          }
          for (const name of ["FailBox", "InBox"]) assert.deepEqual(box(root, "DecCus001", name), [], name);
        } finally {
          for (const name of Object.keys(set)) delete process.env[name];
        }
      });
    }
  });
}
