import assert from "node:assert/strict";
import { type ParsedReceipt, readReceipts } from "../../../lib/receipts/index.js";
import { SAMPLES } from "./samples/index.js";

/** Values that do not survive being read as numbers, trimmed in the middle, or decoded twice; and how XML writes them. */
const VALUES: readonly (readonly [value: string, written: string])[] = [
  ["000000001234567890", "000000001234567890"],
  ["123456789012345678", "123456789012345678"],
  ["12E5", "12E5"],
  ["0x1F", "0x1F"],
  ["-0", "-0"],
  ["1_000", "1_000"],
  ["true", "true"],
  ["null", "null"],
  ["A  B\tC", "A  B\tC"],
  ["A&B<C>\"'", "A&amp;B&lt;C&gt;&quot;&apos;"],
  ["&amp;", "&amp;amp;"],
  ["浙A·00000-1", "浙A&#xB7;00000-1"],
  ["<1>&]]", "<![CDATA[<1>&]]]]>"],
  ["a<b>c", "a<![CDATA[<b>]]>c"],
];

const NUMBERS = ["clientKey", "seqNo", "customsNo"] as const;

describe("values of receipts", () => {
  /** Every sample whose number stands once in it as text, with each of the values in its place. */
  for (const { name, xml, expected } of SAMPLES) {
    for (const field of NUMBERS) {
      const [first] = expected as Partial<ParsedReceipt>[];
      const value = expected.length === 1 ? first?.[field] : undefined;
      if (!value || xml.includes(`"${value}"`) || !xml.includes(`>${value}<`)) continue;
      it(`${field} survives in ${name}`, async () => {
        for (const [wanted, written] of VALUES) {
          const { parts } = await readReceipts(Buffer.from(xml.replaceAll(`>${value}<`, () => `>${written}<`)));
          const [receipt] = parts[0]?.receipts ?? [];
          assert.ok(receipt, `${wanted}: ${parts[0]?.reason?.text.en}`);
          // INV200 and its like tell by its form whose number it is.
          const read = [...NUMBERS.map((number) => receipt[number]), ...(receipt.otherKeys ?? [])];
          assert.ok(read.includes(wanted), `${JSON.stringify(wanted)} became ${JSON.stringify(read)}`);
        }
      });
    }
  }

  it("covers the numbers of every family", () => {
    const covered = SAMPLES.filter(({ expected }) => expected.some((one) => NUMBERS.some((field) => one[field])));
    assert.ok(covered.length > 40, `${covered.length}`);
  });

  it("texts survive: blanks inside, line ends, entities, CDATA", async () => {
    const xml = (text: string) =>
      `<CommonResponeMessage><EtpsPreentNo>K</EtpsPreentNo><CheckInfo>${text}</CheckInfo><DealFlag>-1</DealFlag></CommonResponeMessage>`;
    for (const [wanted, written] of [...VALUES, ["第一行\n  第二行", "第一行\n  第二行"]] as [string, string][]) {
      const { parts } = await readReceipts(Buffer.from(xml(written)));
      assert.equal(parts[0]?.receipts[0]?.text, wanted);
    }
  });
});
