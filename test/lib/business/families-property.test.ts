import assert from "node:assert/strict";
import { wayOf } from "../../../lib/business/folder-settings.js";
import { inspect } from "../../../lib/business/inspect.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { preflight } from "../../../lib/preflight/index.js";
import { DEMO_IDENTITY } from "../../../simulator/samples/index.js";
import { Random } from "../../support/random.js";

/** A tree of invented elements, as a producer may write what nobody has described. */
function rows(random: Random, depth: number, mayBeEmpty: boolean): string {
  const one = () => {
    const name = random.pick(["Qty", "Rmk", "SeqNo", "GdsNm", "Wt", "Amt", "DclTime", "Own"]);
    if (depth > 0 && random.between(0, 2) === 0) return `<Row>${rows(random, depth - 1, mayBeEmpty)}</Row>`;
    if (mayBeEmpty && random.between(0, 3) === 0) return random.pick([`<${name}/>`, `<${name}></${name}>`]);
    return `<${name}>${random.pick(["1.50", "测试", "&lt;a&gt;", "<![CDATA[<b>]]>", "2026-07-01T09:30:15.123+08:00"])}</${name}>`;
  };
  return Array.from({ length: random.between(1, 5) }, one).join("");
}

function shuffled(random: Random, parts: string[]): string {
  return parts
    .map((part) => ({ part, place: random.between(0, 1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ part }) => part)
    .join("");
}

function trade(random: Random): { type: string; folder: string; xml: string } {
  const type = `${random.pick(["SAS", "BWS", "EMS", "EML", "BHL", "CMB", "QQQ"])}17${random.between(0, 9)}`;
  const key = `<${random.pick(["EtpsPreentNo", "etpsPreentNo", "EtpsInnerInvtNo"])}>K1</_>`;
  const own = key.replace("</_>", `</${key.slice(1, key.indexOf(">"))}>`);
  const head = `<AnyHead>${shuffled(random, [own, rows(random, 0, true)])}</AnyHead>`;
  const data = shuffled(random, [
    `<AnyMessage>${shuffled(random, [head, `<List>${rows(random, 2, true)}</List>`])}</AnyMessage>`,
    random.pick(["", "<DelcareFlag>0</DelcareFlag>"]),
  ]);
  const pocket = random.pick(["", "<PocketInfo><pocket_id>P</pocket_id></PocketInfo>"]);
  const info = `<EnvelopInfo>${shuffled(random, [`<message_type>${type}</message_type>`, "<file_name/>", "<own>1</own>"])}</EnvelopInfo>`;
  const pack = `<Package>${info}<DataInfo>${pocket}<BussinessData>${data}</BussinessData></DataInfo></Package>`;
  const wrapped = random.pick([
    pack,
    `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object>${pack}</Object></Signature>`,
  ]);
  return { type, folder: random.pick(["Sas", "Nems", "Nbhl", "Newone"]), xml: wrapped };
}

function manifest(random: Random): { type: string; folder: string; xml: string } {
  const type = `MT${random.between(9000, 9998)}`;
  const { orgCode, region, clientId } = DEMO_IDENTITY;
  const head = shuffled(random, [
    "<MessageID>K1</MessageID>",
    "<FunctionCode>9</FunctionCode>",
    `<MessageType>${type}</MessageType>`,
    `<SenderID>${region}${orgCode}_DXPESW${clientId}</SenderID>`,
    random.pick(["", "<Own>1</Own>"]),
  ]);
  const prefix = random.pick(["", "m:"]);
  const bare = `<Manifest><Head>${head}</Head><Declaration>${rows(random, 3, false)}</Declaration></Manifest>`;
  const named = bare.replaceAll(/<(\/?)([A-Z])/g, `<$1${prefix}$2`).replaceAll(`<${prefix}![`, "<![");
  const xmlns = `xmlns${prefix && ":m"}="urn:Declaration:datamodel:standard:CN:${type}:1"`;
  return {
    type,
    folder: random.pick(["Mft", "Rmft", "Tmft", "Newone"]),
    xml: named.replace(`<${prefix}Manifest`, `<${prefix}Manifest ${xmlns}`),
  };
}

describe("a document of a family whose type nobody has listed", () => {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);
  const rounds = Number(process.env.SW_ROUNDS ?? 500);
  const store = new SchemaStore();
  after(() => store.close());

  it(`is known by its family, keyed, and never refused, in ${rounds} of them (FC_SEED=${seed}, SW_ROUNDS)`, async function () {
    this.timeout(rounds * 20 + 20_000);
    for (let round = 0; round < rounds; round++) {
      const random = new Random(seed + round);
      const made = random.pick([trade, manifest])(random);
      const document = await inspect(Buffer.from(made.xml), "a.xml");
      const { kind, root, body, zipped, attachments } = document;
      assert.deepEqual([kind?.type, document.clientKey], [made.type, "K1"], `round ${round}: ${made.xml}`);
      assert.equal(wayOf(document, made.folder, [])?.zip, "required");
      const found = preflight({
        ...{ kind, root, body, zipped, attachments, business: made.folder, fileName: "a.xml" },
        client: { environment: "test", ...DEMO_IDENTITY },
      });
      const errors = [...((await store.validate(document)) ?? []), ...found].filter(
        ({ severity }) => severity === "error",
      );
      assert.deepEqual(
        errors.map(({ rule, path, text }) => `${rule} ${path} ${text.en}`),
        [],
        `round ${round}: ${made.xml}`,
      );
    }
  });
});
