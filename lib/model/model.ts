import { join } from "node:path";
import type { AttributeDescription, Description, ElementDescription } from "./description.js";
import type { Rests } from "./evidence.js";

/** An attribute of a message type. */
export type Attribute = AttributeDescription;

/** An element of a message type, with what a walk wants to find quickly. */
export class Field {
  readonly name: string;
  /** The name, and the other spellings that are in use. */
  readonly names: readonly string[];
  readonly zh: string;
  readonly en: string;
  readonly min: number;
  readonly max: number;
  readonly required: Rests | undefined;
  readonly limits: Rests | undefined;
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

  constructor(
    readonly value: ElementDescription,
    eitherCase: boolean,
  ) {
    const { name, zh = "", en = "", min = 1, max = 1, type, attributes = [], children = [] } = value;
    this.name = name;
    this.names = [name, ...(value.also ?? []), ...(eitherCase ? [inOtherCase(name)] : [])];
    this.zh = zh;
    this.en = en;
    this.min = min;
    this.max = max === "n" ? Number.POSITIVE_INFINITY : max;
    this.required = value.required;
    this.limits = value.limits;
    this.anywhere = value.anywhere === true;
    this.short = value.short;
    this.signature = value.signature !== undefined;
    this.open = type === "any";
    this.numeric = type === "decimal" || type === "integer";
    const texts = type === "string" || (type === "token" && value.date === undefined && !value.codes);
    this.harmless = texts ? (value.length ?? Number.POSITIVE_INFINITY) : -1;
    this.children = children.map((child) => new Field(child, eitherCase));
    this.places = new Map(this.children.flatMap(({ names }, place) => names.map((one) => [one, place] as const)));
    this.needed = this.children.flatMap((child, place) => (child.min > 0 ? [place] : []));
    this.attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
    this.neededAttributes = attributes.filter(({ required }) => required !== undefined);
  }

  child(name: string): Field | undefined {
    return this.children[this.places.get(name) ?? -1];
  }
}

/** `seqNo` and `SeqNo`: one side of customs writes names so, the other so. */
function inOtherCase(name: string): string {
  const first = name.charAt(0);
  return (first === first.toUpperCase() ? first.toLowerCase() : first.toUpperCase()) + name.slice(1);
}

/** A message type as its documents are judged. */
export class Model {
  readonly type: string;
  readonly namespace: string;
  readonly rests: Rests;
  readonly order: Rests;
  readonly closed: Rests | undefined;
  readonly numbers: Rests;
  /** The outermost elements. */
  readonly elements: readonly Field[];
  /** The elements at which a document may begin, by name. */
  readonly roots: ReadonlyMap<string, Field>;

  constructor(description: Description) {
    this.type = description.type;
    this.namespace = description.namespace ?? "";
    this.rests = description.rests;
    this.order = description.order;
    this.closed = description.closed;
    this.numbers = description.numbers;
    const eitherCase = description.eitherCase === true;
    this.elements = description.elements.map((element) => new Field(element, eitherCase));
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
