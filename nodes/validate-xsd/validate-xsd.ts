import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Check } from "../../lib/document.js";
import { codeOf, type Fault, ImportClientError } from "../../lib/errors.js";
import { faultOf } from "../../lib/fault.js";
import { SchemaStore } from "../../lib/model/schema-store.js";
import { FINDING_KINDS, type Strictness } from "../../lib/model/strictness.js";
import { mergeChecks } from "../../lib/preflight/index.js";
import { faultOfChecks } from "../../lib/preflight/refusal.js";
import { quote } from "../../lib/quote.js";
import { SettingFaults, settingChoice, settingFlag } from "../../lib/settings.js";
import { objectOf } from "../../lib/xml/object.js";
import {
  checkConfig,
  clientOf,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  payloadOf,
  readOnce,
  StatusLine,
} from "../runtime.js";
import { readSeverities } from "../severities.js";
import { markUnwired } from "../wiring.js";

interface Config extends NodeDef {
  client?: string;
  noSchema?: string;
  strictness?: string;
  levels?: string;
  data?: boolean | string;
}

/** How strictly our own models are meant; a user's XSD is meant to the letter. Rejects with SW-CONFIG. */
function readStrictness({ strictness, levels }: Config): Strictness {
  const all = settingChoice("strictness", strictness, ["evidence", "error", "warning"]);
  const read = readSeverities("levels", levels, (key) => {
    if (key.includes("/") || FINDING_KINDS.some((kind) => kind === key)) return undefined;
    const name = quote(key);
    return {
      zh: `${name} 既不是种类（${FINDING_KINDS.join("、")}）也不是路径`,
      en: `${name} is neither a kind (${FINDING_KINDS.join(", ")}) nor a path`,
    };
  });
  return { ...(all !== "evidence" && { all }), levels: read };
}

/** Rejects with SW-CONFIG, naming all that cannot be read. */
function readConfig(config: Config) {
  const faults = new SettingFaults();
  const set = {
    strictness: faults.read(() => readStrictness(config), {}),
    data: faults.read(() => settingFlag("data", config.data, false), false),
    noSchema: faults.read(() => settingChoice("noSchema", config.noSchema, ["pass", "fail"]), "pass"),
  };
  faults.assertNone();
  return set;
}

const NO_SCHEMA: Fault = {
  code: "SW-XSD",
  text: { zh: "没有适用于此报文的 XSD", en: "there is no schema for this document" },
  advice: {
    zh: "请在 SW_SCHEMAS 中放入官方 XSD，或将“无 XSD 时”设为通过。",
    en: "Put the official XSD into SW_SCHEMAS, or let documents without schema pass.",
  },
};

export = (RED: NodeAPI): void => {
  function ValidateXsd(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "validate-xsd");
    markUnwired(RED, this, config, status, 2);
    const settings = readOnce(() => readConfig(config));
    const openClient = () => clientOf(RED, this, status, config.client);
    let store: Promise<SchemaStore> | undefined;
    const schemas = () => {
      if (store) return store;
      store = openClient().then(({ settings }) => {
        const folders = settings.schemas === "" ? [] : [settings.schemas];
        return new SchemaStore(folders, { strictness: readConfig(config).strictness });
      });
      // A client that could not be opened yet is asked again.
      store.catch(() => {
        store = undefined;
      });
      return store;
    };
    checkConfig(RED, this, status, async () => {
      readConfig(config);
      await (await schemas()).check();
    });

    const refuse = (message: FlowMessage, send: (message: (FlowMessage | null)[]) => void, fault: Fault) => {
      message.fault = fault;
      status.show("yellow", "dot", "invalid");
      send([null, message]);
    };

    onInput(this, async (message, send) => {
      const { data, noSchema } = settings();
      const document = documentOf(message);
      let found: Check[] | undefined;
      try {
        const { inspections } = await openClient();
        const fileName = message.filename || document.fileName;
        const inspection = await inspections.of(document.id, payloadOf(message), fileName);
        // For rules of the flow's own; on both outputs, and absent for a document that is too large for it.
        if (data) document.data = objectOf(inspection.root);
        found = await (await schemas()).validate(inspection);
      } catch (error) {
        const code = codeOf(error);
        // Not readable as XML or ZIP at all is an outcome, not a fault of ours.
        if (error instanceof ImportClientError && (code === "SW-XSD" || code === "SW-ZIP")) {
          refuse(message, send, faultOf(error));
          return;
        }
        throw error;
      }
      if (!found && noSchema === "fail") {
        refuse(message, send, NO_SCHEMA);
        return;
      }
      document.checks = mergeChecks(document.checks, found ?? [], "xsd");
      if ((found ?? []).some((check) => check.severity === "error")) {
        refuse(message, send, faultOfChecks(found ?? [], "SW-XSD"));
        return;
      }
      status.show("green", "dot", "valid");
      send([message, null]);
    });
    onClose(this, async () => {
      status.close();
      await (await store?.catch(() => undefined))?.close();
    });
  }
  RED.nodes.registerType("sw-validate-xsd", ValidateXsd);
};
