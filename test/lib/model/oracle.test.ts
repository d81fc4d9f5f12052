import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "../../../lib/document.js";
import { type Field, type Model, modelOf, modelTypes } from "../../../lib/model/model.js";
import { judge } from "../../../lib/model/walk.js";
import { loadLibXml } from "../../../lib/xml/libxml.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { type SchemaSource, validate } from "../../../lib/xml/validate.js";
import { everyMade, type Made, made, type Shape, valueFor, written } from "../../support/model-documents.js";
import { Random } from "../../support/random.js";

const SCHEMAS = join(__dirname, "..", "..", "..", "schemas");
const TYPES = [...modelTypes()].sort();
const SHAPES: readonly Shape[] = ["full", "least", "some"];

function sourceOf(type: string): SchemaSource {
  const main = `${type}.xsd`;
  return { key: type, main, files: new Map([[main, readFileSync(join(SCHEMAS, main))]]) };
}

interface Verdicts {
  ours: Check[];
  libxml2: Check[];
}

/** What our walk says of a document, and what libxml2 says by the XSD that is made from the same description. */
async function verdicts(xml: string, model: Model): Promise<Verdicts> {
  const bytes = Buffer.from(xml);
  const root = scanXml(bytes);
  const names = new Set([root.name]);
  return {
    ours: await judge(root, model),
    libxml2: await validate(await loadLibXml(), sourceOf(model.type), { bytes, root, names }),
  };
}

const STRUCTURE = /required element|out of order|known field|known on|at most|not expected|lacks|may not have/;

/** Findings about values, as line, path and kind: what both say in their own words. */
function values(checks: readonly Check[]): string[] {
  const kinds: readonly [RegExp, string][] = [
    [/is empty, but/, "empty"],
    [/characters, the limit/, "length"],
    [/decimal places/, "fraction"],
    [/more than \d+ digits/, "digits"],
    [/not a valid/, "type"],
    [/codes allowed|does not have the form/, "form"],
    [/no text/, "text"],
  ];
  return checks
    .filter(({ text }) => !STRUCTURE.test(text.en))
    .map(({ line, path, text }) => `${line} ${path} ${kinds.find(([words]) => words.test(text.en))?.[1] ?? text.en}`)
    .sort();
}

const brief = (checks: readonly Check[]) => checks.map(({ line, path, text }) => `${line} ${path}: ${text.en}`);

/** Spoils one value, so that its kind is broken; nothing where it cannot be. */
function spoilValue({ element, random }: { element: Made; random: Random }): boolean {
  const value = element.field?.value;
  if (!value || element.children.length > 0 || element.field?.open || (element.field?.children.length ?? 0) > 0)
    return false;
  const { type, length, digits, fraction } = value;
  if (type === "decimal" || type === "integer") {
    const choices = ["", " ", "x1", "1 2", "1e3", "--1", ".", "１"];
    if (type === "integer") choices.push("1.0", "-1", "-0", "+5");
    if (digits !== undefined) choices.push("9".repeat(digits + 1), `-${"0".repeat(30)}${"9".repeat(digits)}`);
    if (fraction !== undefined)
      choices.push(`0.${"0".repeat(fraction)}1`, `.${"1".repeat(fraction)}000`, "0.000", "5.");
    element.text = random.pick(choices);
  } else if (value.date !== undefined || value.codes) {
    element.text = random.pick(["?", "2026-1-1", " ", `${valueFor(value, random)}0`, ` ${valueFor(value, random)} `]);
  } else if (length !== undefined) {
    element.text = random.pick(["中", "😀", "x", "é"]).repeat(length + random.between(0, 1));
    if (random.between(0, 2) === 0) element.text = `  ${element.text.slice(1)} `;
  } else return false;
  return true;
}

/** Makes one fault in an element's children or attributes; false where there is nothing to spoil. */
function spoilStructure(element: Made, model: Model, random: Random): boolean {
  const { field, children, attributes } = element;
  if (!field || field.open) return false;
  const known = children.filter((child) => child.field && !child.field.anywhere);
  const needed = children.filter((child) => (child.field?.min ?? 0) > 0);
  const once = children.filter((child) => Number.isFinite(child.field?.max));
  switch (random.between(0, 6)) {
    case 0: {
      // A changed or deleted row may be short, by a field that says so; an XSD cannot express that.
      if (children.some(({ name, text }) => name === field.short && text !== "")) return false;
      const gone = needed.length > 0 && random.pick(needed).name;
      if (!gone) return false;
      element.children = children.filter(({ name }) => name !== gone);
      return true;
    }
    case 1: {
      if (once.length === 0) return false;
      const one = random.pick(once);
      const max = one.field?.max ?? 1;
      children.splice(children.indexOf(one), 0, ...Array.from({ length: max }, () => structuredCopy(one)));
      return true;
    }
    case 2: {
      const at = known.length < 2 ? -1 : random.between(0, known.length - 2);
      const [first, second] = [known[at], known[at + 1]];
      if (!first || !second || first.name === second.name) return false;
      const [one, other] = [children.indexOf(first), children.indexOf(second)];
      if (other !== one + 1) return false;
      children.splice(one, 2, second, first);
      return true;
    }
    case 3:
      // Where others are known to be in use, our walk says nothing of them; an XSD cannot.
      if (model.closed === undefined) return false;
      children.splice(random.between(0, children.length), 0, unknown());
      return true;
    case 4:
      if (model.closed === undefined) return false;
      attributes.set("odd", "1");
      return true;
    case 5: {
      const [attribute] = field.neededAttributes;
      return attribute !== undefined && attributes.delete(attribute.name);
    }
    default:
      if (field.children.length === 0) return false;
      element.text = "stray";
      return true;
  }
}

const unknown = (): Made => ({ name: "Odd", field: undefined, attributes: new Map(), text: "1", children: [] });

function structuredCopy(element: Made): Made {
  return { ...element, attributes: new Map(element.attributes), children: element.children.map(structuredCopy) };
}

describe("our walk along a model, and libxml2 with the XSD that is made from the same description", () => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);

  function* documents(rounds: number): Generator<{ model: Model; root: Made; random: Random }> {
    for (const [index, type] of TYPES.entries()) {
      const model = modelOf(type) as Model;
      for (let round = 0; round < rounds; round++) {
        const random = new Random(seed + index * 100_003 + round * 7);
        const field = random.pick([...model.roots.values()]) as Field;
        yield { model, root: made(field, SHAPES[round % SHAPES.length] as Shape, random), random };
      }
    }
  }

  it(`both find nothing in a generated document of any type, full, least or between (FC_SEED=${seed})`, async function () {
    this.timeout(180_000);
    for (const { model, root } of documents(12)) {
      const xml = written(root, model);
      const { ours, libxml2 } = await verdicts(xml, model);
      assert.deepEqual([brief(ours), brief(libxml2)], [[], []], `${model.type}: ${xml}`);
    }
  });

  it(`find the same values at fault, of the same kind (FC_SEED=${seed})`, async function () {
    this.timeout(360_000);
    const seen = new Map<string, number>();
    for (const { model, root, random } of documents(40)) {
      const elements = [...everyMade(root)];
      for (let times = random.between(1, 6); times > 0; times--) spoilValue({ element: random.pick(elements), random });
      const xml = written(root, model);
      const { ours, libxml2 } = await verdicts(xml, model);
      assert.deepEqual(values(ours), values(libxml2), `${model.type}: ${xml}`);
      assert.equal(values(ours).length, ours.length, brief(ours).join("\n"));
      for (const one of values(ours)) {
        const kind = one.slice(one.lastIndexOf(" ") + 1);
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
    }
    assert.deepEqual([...seen.keys()].sort(), ["digits", "empty", "form", "fraction", "length", "type"]);
  });

  it(`agree on whether the structure is at fault, and on the element (FC_SEED=${seed})`, async function () {
    this.timeout(360_000);
    let faults = 0;
    for (const { model, root, random } of documents(60)) {
      const elements = [...everyMade(root)];
      const spoilt = random.pick(elements);
      if (!spoilStructure(spoilt, model, random)) continue;
      faults++;
      const xml = written(root, model);
      const { ours, libxml2 } = await verdicts(xml, model);
      assert.ok(ours.length > 0 && libxml2.length > 0, `${model.type}: ${xml}\n${brief(ours)}\n${brief(libxml2)}`);
      // libxml2 names the first child that it does not expect, our walk also the parent that lacks one.
      const below = ({ path }: Check) => path.replace(/\/@.*$/, "").split("/");
      const depth = Math.min(...[...ours, ...libxml2].map((check) => below(check).length));
      const places = (checks: readonly Check[]) =>
        new Set(
          checks.map((check) =>
            below(check)
              .slice(0, depth - 1)
              .join("/"),
          ),
        );
      assert.deepEqual(places(ours), places(libxml2), `${model.type}: ${xml}\n${brief(ours)}\n${brief(libxml2)}`);
    }
    assert.ok(faults > TYPES.length * 10, String(faults));
  });
});
