import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { clientSettingsOf } from "../../lib/client/settings.js";
import type { SettingsRead } from "../../lib/settings.js";
import { cardSettingsOf } from "../../lib/signing/read-settings.js";
import { brokerSettingsOf } from "../../nodes/mq-broker/settings.js";
import { definitionOf } from "../support/definitions.js";

/** What the runtime reads, and a node of each type with nothing wrong in it. */
const READERS: Record<string, [(config: Record<string, unknown>) => SettingsRead<unknown>, Record<string, unknown>]> = {
  "import-client": [clientSettingsOf, { clientId: "C1", root: "/root" }],
  "mq-broker": [
    (config) =>
      brokerSettingsOf({ nodes: { getNode: () => null } } as unknown as NodeAPI, config, { user: "", password: "" }),
    { host: "mq.example" },
  ],
  card: [(config) => cardSettingsOf(config, ""), { backend: "software", keyFile: "/key.pem" }],
};

const FLAGS = ["true", "false", "yes", "no", "on", "off", "1", "0"];
/** What somebody types or a flow that was written by hand has: words, numbers, nothing, with spaces around them. */
const VALUES: readonly unknown[] = [
  ...FLAGS,
  ...FLAGS.map((word) => word.toUpperCase()),
  ...[true, false, 0, 1, 30, 5671, 9999],
  ...["", " ", "30", " 30 ", "5671", "65535", "4096", "2047", "0a0b", "no", "test", "production"],
  ...[
    "resend",
    "hold",
    "text",
    "json",
    "quorum",
    "require",
    "auto",
    "digest",
    "[]",
    "Sas, DecCus001",
    "/a/file",
    "mq.example",
  ],
];

/** Where the dialog is to say more than the runtime refuses, and why. */
const STRICTER: Record<string, string> = {
  "import-client.orgCode": "nine characters, as the Single Window issues it; the runtime only compares it",
  "import-client.region": "four digits; the runtime only compares it",
  "import-client.clientId": "has no spaces; the runtime only compares it",
  "import-client.ledgerHost": "has no spaces; PostgreSQL says so when it is asked",
  "import-client.ledgerSchema": "a name that PostgreSQL takes without quotes",
  "import-client.sysIds": "letters and digits; the runtime only compares them",
  "import-client.environment": "chosen, never left to a default: it says whether documents are declared for real",
  "mq-broker.userEnv": "the name of a variable",
  "mq-broker.passwordEnv": "the name of a variable",
  "card.pinEnv": "the name of a variable",
  "card.keyFile": "this kind of card needs one; the runtime says so when it looks what is there",
  "card.client": "a card belongs to a client; the runtime takes one without",
  "card.companyCode": "ten characters; the runtime only compares it",
  "card.sdfKeyIndex": "up to five digits, no hexadecimal",
};

const POSTGRES = { ledgerKind: "postgres", ledgerHost: "db.example", ledgerDatabase: "sw" };

describe("the dialogs' own checks", () => {
  for (const [folder, [read, good]] of Object.entries(READERS)) {
    it(`of ${folder} refuse nothing that the runtime takes`, () => {
      const { defaults } = definitionOf(folder);
      const refused: string[] = [];
      for (const [setting, { validate, required }] of Object.entries(defaults)) {
        for (const value of VALUES) {
          // Settings of PostgreSQL are read where the ledger lies there.
          const ledger = /^ledger(?!Kind$)./.test(setting) ? POSTGRES : {};
          const { faults } = read({ ...good, ...ledger, [setting]: value });
          if (faults.problems().some((problem) => problem.setting === setting)) continue;
          const node = { ...good, [setting]: value, _def: { _: (key: string) => key } };
          const said = validate?.call(node, value, {}) ?? true;
          if (said !== true || (required && value === ""))
            refused.push(`${folder}.${setting}: ${JSON.stringify(value)}`);
        }
      }
      const unexpected = refused.filter((one) => STRICTER[one.slice(0, one.indexOf(":"))] === undefined);
      assert.deepEqual(unexpected, []);
      const stricter = Object.keys(STRICTER).filter((name) => name.startsWith(`${folder}.`));
      assert.deepEqual(
        stricter.filter((name) => !refused.some((one) => one.startsWith(`${name}:`))),
        [],
        "listed, and not stricter",
      );
    });
  }
});
