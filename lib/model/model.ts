import { join } from "node:path";
import type { AttributeDescription, Description, ElementDescription } from "./description.js";
import type { Rests } from "./evidence.js";

/** An attribute of a message type. */
export type Attribute = AttributeDescription;

/** An element of a message type, with what a walk wants to find quickly. */
export class Field {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly min: number;
  readonly max: number;
  readonly required: Rests | undefined;
  readonly anywhere: boolean;
  readonly short: string | undefined;
  /** An XML signature may stand among the children. */
  readonly signature: boolean;
  /** Its content is not looked at. */
  readonly open: boolean;
  readonly numeric: boolean;
  /** Up to so many characters nothing can be wrong with its text, so that it need not be read; -1 when it has to be. */
  readonly harmless: number;
  readonly children: readonly Field[];
  /** Places of the children in the order of the message, by name. */
  readonly places: ReadonlyMap<string, number>;
  /** Places of the children that must be there. */
  readonly needed: readonly number[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly neededAttributes: readonly Attribute[];

  constructor(readonly value: ElementDescription) {
    const { name, zh = "", en = "", min = 1, max = 1, type, attributes = [], children = [] } = value;
    this.name = name;
    this.zh = zh;
    this.en = en;
    this.min = min;
    this.max = max === "n" ? Number.POSITIVE_INFINITY : max;
    this.required = value.required;
    this.anywhere = value.anywhere === true;
    this.short = value.short;
    this.signature = value.signature !== undefined;
    this.open = type === "any";
    this.numeric = type === "decimal" || type === "integer";
    const texts = type === "string" || (type === "token" && value.date === undefined && !value.codes);
    this.harmless = texts ? (value.length ?? Number.POSITIVE_INFINITY) : -1;
    this.children = children.map((child) => new Field(child));
    this.places = new Map(this.children.map((child, place) => [child.name, place]));
    this.needed = this.children.flatMap((child, place) => (child.min > 0 ? [place] : []));
    this.attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
    this.neededAttributes = attributes.filter(({ required }) => required !== undefined);
  }

  child(name: string): Field | undefined {
    return this.children[this.places.get(name) ?? -1];
  }
}

/** A message type as its documents are judged. */
export class Model {
  readonly type: string;
  readonly namespace: string;
  readonly order: Rests;
  readonly closed: Rests;
  readonly emptyNumber: Rests;
  /** The outermost elements. */
  readonly elements: readonly Field[];
  /** The elements at which a document may begin, by name. */
  readonly roots: ReadonlyMap<string, Field>;

  constructor(description: Description) {
    this.type = description.type;
    this.namespace = description.namespace;
    this.order = description.order;
    this.closed = description.closed;
    this.emptyNumber = description.emptyNumber;
    this.elements = description.elements.map((element) => new Field(element));
    this.roots = new Map(description.roots.map((path) => [path.slice(path.lastIndexOf("/") + 1), this.at(path)]));
  }

  private at(path: string): Field {
    const [first, ...steps] = path.split("/");
    let field = this.elements.find(({ name }) => name === first);
    for (const step of steps) field = field?.child(step);
    if (!field) throw new Error(`the model of ${this.type} has no ${path}`);
    return field;
  }
}

const MESSAGES = join(__dirname, "messages");

type Index = Readonly<Record<string, readonly string[]>>;

/** Types by the names of their roots. Read when the first document asks for it. */
const index = () => require(join(MESSAGES, "index.json")) as Index;

let known: ReadonlySet<string> | undefined;

/** Every message type that there is a model of. */
export function modelTypes(): ReadonlySet<string> {
  known ??= new Set(Object.values(index()).flat());
  return known;
}

const models = new Map<string, Model>();

/** The model of a message type by its name, with `CEB311` and `CEB311Message` the same; read once, when it is asked for. */
export function modelOf(type: string): Model | undefined {
  const name = models.has(type) ? type : [type, `${type}Message`].find((one) => modelTypes().has(one));
  if (name === undefined) return undefined;
  let model = models.get(name);
  if (!model) {
    model = new Model(require(join(MESSAGES, `${name}.json`)) as Description);
    models.set(name, model);
  }
  return model;
}

/** The one model that has a root of this name; undefined when there is none, or several have. */
export function modelOfRoot(name: string): Model | undefined {
  const types = Object.hasOwn(index(), name) ? index()[name] : undefined;
  return types?.length === 1 ? modelOf(types[0] as string) : undefined;
}
