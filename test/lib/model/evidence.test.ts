import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../../lib/business/inspect.js";
import type { Description, ElementDescription } from "../../../lib/model/description.js";
import { basisWords, type Rests, severityOf } from "../../../lib/model/evidence.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { FINDING_KINDS, type Strictness } from "../../../lib/model/strictness.js";
import { DEC_HEAD, DEC_SIGN, dec } from "./small-documents.js";

const MESSAGES = join(__dirname, "..", "..", "..", "lib", "model", "messages");

function* everyElement(elements: readonly ElementDescription[], path = ""): Generator<[string, ElementDescription]> {
  for (const element of elements) {
    const own = path === "" ? element.name : `${path}/${element.name}`;
    yield [own, element];
    yield* everyElement(element.children ?? [], own);
  }
}

/** Is it a basis that there is words for? */
function isRests(text: string): text is Rests {
  try {
    return basisWords(text as Rests).zh !== undefined;
  } catch {
    return false;
  }
}

const descriptions = readdirSync(MESSAGES)
  .filter((name) => name !== "index.json")
  .map((name) => JSON.parse(readFileSync(join(MESSAGES, name), "utf8")) as Description);

describe("what a limit rests on", () => {
  it("refuses by the FAQ, an official XSD, an answer or a key, and warns by anything else", () => {
    const refusing = ["faq 14", "official", "answer", "key"] as const;
    for (const rests of refusing) assert.equal(severityOf(rests), "error", rests);
    for (const rests of [
      "dictionary",
      "producers",
      "producer",
      "accepted",
      "extended",
      "copy",
      "customs",
      "inferred",
    ]) {
      assert.ok(isRests(rests), rests);
      assert.equal(severityOf(rests), "warning", rests);
    }
    assert.deepEqual(basisWords("faq 17"), { zh: "服务台常见问题第 17 条", en: "item 17 of the service desk's FAQ" });
    assert.ok(!isRests("somebody said so") && !isRests("faq x"));
  });

  for (const { type, rests, order, closed, numbers, elements } of descriptions) {
    it(`is said of every limit of ${type}`, () => {
      for (const one of [rests, order, closed ?? rests, numbers]) assert.ok(isRests(one), one);
      for (const [path, element] of everyElement(elements)) {
        const { min = 1, type: value, length, required, limits, filled, attributes = [] } = element;
        if (min > 0) assert.ok(required && isRests(required), `${path} must be there`);
        const limited = value !== undefined && value !== "any" && (value !== "string" || length !== undefined);
        if (limited) assert.ok(limits && isRests(limits), `${path} has limits`);
        if (value === "decimal" || value === "integer") assert.ok(filled && isRests(filled), `${path} is a number`);
        for (const { name, required: asked = "official" } of attributes) assert.ok(isRests(asked), `${path}/@${name}`);
      }
    });
  }

  it("refuses the absence of a key in every type that has one, up to the element that it stands in", () => {
    const keys = descriptions.flatMap(({ type, elements }) =>
      [...everyElement(elements)]
        .filter(([, { required, children }]) => required === "key" && !children)
        .map(([path]) => `${type} ${path.split("/").at(-1)}`),
    );
    for (const key of [
      ...["DEC ClientSeqNo", "INV101 EtpsInnerInvtNo", "SAS121 EtpsPreentNo", "ICP101 EtpsPreentNo"],
      ...[
        "MT1401 MessageID",
        "MT2401 MessageID",
        "MT1101 MessageID",
        "MT2101 MessageID",
        "COO CertNo",
        "ACD CopCusCode",
      ],
    ]) {
      assert.ok(keys.includes(key), key);
    }
  });
});

describe("strictness by a setting", () => {
  const document = dec({
    head: DEC_HEAD.filter((item) => !/CopCode|CopName/.test(item)),
    sign: DEC_SIGN.slice(0, 1),
  });
  const found = async (strictness?: Strictness) => {
    const store = new SchemaStore([], strictness ? { strictness } : {});
    const checks = (await store.validate(await inspect(Buffer.from(document), "a.xml"))) ?? [];
    return checks.map(({ severity, text }) => `${severity} ${/\((\w+)\)|element (\w+)/.exec(text.zh)?.[1]}`);
  };

  it("is by evidence where nothing is set, and says so", async () => {
    assert.deepEqual(await found(), ["warning CopName", "warning CopCode", "error ClientSeqNo"]);
    const checks = (await new SchemaStore().validate(await inspect(Buffer.from(document), "a.xml"))) ?? [];
    assert.match(checks[0]?.advice.en ?? "", /rests on one public data dictionary, hence a warning/);
    assert.match(checks[0]?.advice.zh ?? "", /依据：一份公开的数据字典，因此只提示/);
    assert.match(checks[2]?.advice.en ?? "", /rests on the number that receipts are matched by\.$/);
  });

  it("can be one for everything, by kind, or by element", async () => {
    assert.deepEqual(await found({ all: "error" }), ["error CopName", "error CopCode", "error ClientSeqNo"]);
    assert.deepEqual(await found({ all: "warning" }), ["warning CopName", "warning CopCode", "warning ClientSeqNo"]);
    assert.deepEqual(await found({ levels: { missing: "off" } }), []);
    assert.deepEqual(
      await found({ all: "warning", levels: { missing: "error", "DecMessage/DecHead/CopCode": "off" } }),
      ["error CopName", "error ClientSeqNo"],
    );
    assert.equal(new Set(FINDING_KINDS).size, FINDING_KINDS.length);
  });
});
