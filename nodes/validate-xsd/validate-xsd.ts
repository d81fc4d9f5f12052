import { join } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { inspect } from "../../lib/business/inspect.js";
import type { Check } from "../../lib/document.js";
import { codeOf, type Fault, faultOf, ImportClientError } from "../../lib/errors.js";
import { mergeChecks } from "../../lib/preflight/index.js";
import { settingText } from "../../lib/settings.js";
import { SchemaStore } from "../../lib/xml/xsd.js";
import {
  checkConfig,
  clientOf,
  documentOf,
  type FlowMessage,
  faultOfChecks,
  onClose,
  onInput,
  payloadOf,
  StatusLine,
} from "../runtime.js";

interface Config extends NodeDef {
  client?: string;
  noSchema?: string;
}

/** `schemas/` of this package, seen from `dist/nodes/validate-xsd` and from `nodes/validate-xsd`. */
function ourSchemas(): string {
  const root = join(__dirname, "..", "..");
  return join(root, root.endsWith("dist") ? ".." : "", "schemas");
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
    const openClient = () => clientOf(RED, this, status, config.client);
    checkConfig(this, status, async () => openClient());
    let store: Promise<SchemaStore> | undefined;
    const schemas = () => {
      store ??= openClient().then(
        ({ settings }) =>
          new SchemaStore([...new Set([settings.schemas, ourSchemas()])].filter((folder) => folder !== "")),
      );
      return store;
    };

    const refuse = (message: FlowMessage, send: (message: (FlowMessage | null)[]) => void, fault: Fault) => {
      message.fault = fault;
      status.show("yellow", "dot", "invalid");
      send([null, message]);
    };

    onInput(this, async (message, send) => {
      const document = documentOf(message);
      let found: Check[] | undefined;
      try {
        const inspection = await inspect(payloadOf(message), message.filename || document.fileName);
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
      if (!found && settingText(config.noSchema) === "fail") {
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
