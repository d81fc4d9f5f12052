import type { NodeAPI } from "node-red";
import { ImportClientError } from "../../lib/errors.js";
import { settingText, unsetVariable } from "../../lib/settings.js";
import { brokerNodes, cardNodes, clientNodes } from "../registry.js";
import { inProcess } from "../variables.js";

/** A node as it stands in the editor, deployed or not: its settings, variables by name. */
export interface FormNode {
  id: string;
  type: string;
  name: string;
  values: Record<string, unknown>;
  credentials: Record<string, unknown>;
}

/** Most nodes that a form is looked at for. */
const MOST = 500;
/** What the editor has of a password that is saved. */
const SAVED = "__PWRD__";

type Text = Record<string, unknown>;
const objectOf = (value: unknown): Text =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Text) : {};

/** What stands in an open dialog and the nodes around it, read as the runtime would read it if it were deployed. */
export class Form {
  private readonly nodes: readonly FormNode[];
  /** Node-RED's global environment as it stands in the editor. */
  private readonly environment: Text;
  /** What a person has chosen for variables and not kept yet: what else is missing follows from it. */
  private readonly tried: Text;

  /** Throws SW-REQUEST for what is no form. */
  constructor(
    private readonly RED: NodeAPI,
    body: unknown,
  ) {
    const { nodes, environment, tried } = objectOf(body);
    if (!Array.isArray(nodes) || nodes.length > MOST) {
      throw new ImportClientError("SW-REQUEST", { zh: "请求中没有节点", en: "the request has no nodes" });
    }
    this.environment = objectOf(environment);
    this.tried = objectOf(tried);
    this.nodes = nodes.map(objectOf).map(({ id, type, name, values, credentials }) => ({
      id: settingText(id),
      type: settingText(type),
      name: settingText(name),
      values: objectOf(values),
      credentials: objectOf(credentials),
    }));
  }

  all(): readonly FormNode[] {
    return this.nodes;
  }

  ofType(type: string): readonly FormNode[] {
    return this.nodes.filter((node) => node.type === type);
  }

  node(type: string, id: string): FormNode | undefined {
    return this.nodes.find((node) => node.type === type && node.id === id);
  }

  /** The settings of a node with the values of their variables; one that has none stays as it is, as Node-RED leaves it. */
  settings(node: FormNode): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(node.values).map(([name, value]) => {
        const variable = unsetVariable(value);
        return [name, variable === "" ? value : this.variable(node, variable) || value];
      }),
    );
  }

  /** A credential: as it was typed now, as it is saved, or from the variable that a setting names. */
  secret(node: FormNode, name: string, variable: unknown): string {
    const typed = settingText(node.credentials[name]);
    if (typed !== "" && typed !== SAVED) return typed;
    // A field that was emptied holds nothing; one that was never opened is as it was saved.
    const untouched = node.credentials[name] === undefined || typed === SAVED;
    const saved = untouched ? settingText(objectOf(this.RED.nodes.getCredentials(node.id))[name]) : "";
    const named = settingText(variable);
    return saved || (named === "" ? "" : this.variable(node, named));
  }

  /** Where a variable's value comes from: Node-RED's own environment wins over the process's, `other` where that has another value. */
  source(node: FormNode, name: string): { from: "" | "node-red" | "process"; other: boolean } {
    const [value, ofProcess] = [this.variable(node, name), inProcess(name)];
    if (value === "") return { from: "", other: false };
    const other = ofProcess !== "" && ofProcess !== value;
    const kept = Object.hasOwn(this.environment, name) || ofProcess !== value;
    return { from: kept ? "node-red" : "process", other };
  }

  /** The variable that a setting is taken from, while it has no value that is kept; else empty. */
  unset(node: FormNode, setting: string): string {
    const variable = unsetVariable(node.values[setting]);
    return variable === "" || this.kept(node, variable) !== "" ? "" : variable;
  }

  private variable(node: FormNode, name: string): string {
    return settingText(this.tried[name]) || this.kept(node, name);
  }

  private kept({ id }: FormNode, name: string): string {
    if (Object.hasOwn(this.environment, name)) return settingText(this.environment[name]);
    const [known] = [...clientNodes.values(), ...brokerNodes.values(), ...cardNodes.values()];
    // Without a node of a flow only the process's own environment is seen.
    const from = this.RED.nodes.getNode(id) ?? known ?? {};
    return settingText(this.RED.util.evaluateNodeProperty(name, "env", from as never, {}));
  }
}
