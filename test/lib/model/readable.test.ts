import assert from "node:assert/strict";
import { modelOf } from "../../../lib/model/model.js";
import { LIMITS, readable } from "../../../lib/model/readable.js";
import { readXml } from "../../../lib/xml/read.js";

const read = async (xml: string, type = "DEC") => readable(await readXml(Buffer.from(xml)), modelOf(type));
const dec = (head: string, lists = "", more = "") =>
  `<DecMessage><DecHead>${head}</DecHead><DecLists>${lists}</DecLists>${more}</DecMessage>`;
const goods = (total: string, currency = "502") =>
  `<DecList><GNo>1</GNo><DeclPrice>9.9</DeclPrice><DeclTotal>${total}</DeclTotal><TradeCurr>${currency}</TradeCurr></DecList>`;

describe("a document to be read", () => {
  it("has its values as they stand, with the model's names, and leaves out what is empty", async () => {
    const { sections, cut } = await read(
      dec("<SeqNo/><IEFlag>E</IEFlag><BillNo> 000123 </BillNo><Odd>1&lt;2</Odd><NoteS><![CDATA[a<b]]></NoteS>"),
    );
    assert.equal(cut, false);
    const [head] = sections;
    assert.deepEqual([head?.zh, head?.path], ["报关单表头", "DecMessage/DecHead"]);
    assert.deepEqual(
      head?.values.map(({ name, zh, value }) => [name, zh, value]),
      [
        ["IEFlag", "进出口标志", "E"],
        ["BillNo", "提单号", " 000123 "],
        ["Odd", "", "1<2"],
        ["NoteS", "备注", "a<b"],
      ],
    );
  });

  it("has what repeats as rows, also a single one, and sums that are exact; none over several currencies", async () => {
    const table = async (lists: string) => (await read(dec("<IEFlag>E</IEFlag>", lists))).sections[1]?.table;
    const one = await table(goods("1"));
    assert.deepEqual([one?.rows.length, one?.total], [1, 1]);
    const two = await table(goods("0.1") + goods("0.2"));
    assert.deepEqual(
      two?.columns.map(({ name }) => name),
      ["DeclPrice", "GNo", "TradeCurr", "DeclTotal"],
    );
    assert.deepEqual(
      two?.totals.map(({ name, value }) => [name, value]),
      [["DeclTotal", "0.3"]],
    );
    assert.deepEqual((await table(goods("1") + goods("2", "142")))?.totals, []);
    assert.deepEqual((await table(goods("1") + goods("1E2")))?.totals, [], "what is no plain decimal is not summed");
    const large = "99999999999999999999.99";
    assert.equal((await table(goods(large) + goods("0.01")))?.totals[0]?.value, "100000000000000000000");
  });

  it("is bounded, says that it was cut, and needs no model", async () => {
    const rows = await read(dec("<IEFlag>E</IEFlag>", goods("1").repeat(LIMITS.rows + 5)));
    const table = rows.sections[1]?.table;
    assert.deepEqual([rows.cut, table?.rows.length, table?.total], [true, LIMITS.rows, LIMITS.rows + 5]);
    assert.deepEqual(table?.totals, [], "no sum of a part");
    const long = await read(dec(`<NoteS>${"长".repeat(LIMITS.length + 1)}</NoteS>`));
    assert.deepEqual([long.cut, long.sections[0]?.values[0]?.cut], [true, true]);
    const wide = Array.from({ length: 5000 }, (_, index) => `<E${index}><A>1</A></E${index}>`).join("");
    const many = await read(`<Strange>${wide}</Strange>`, "no such type");
    assert.deepEqual([many.cut, many.sections.length], [true, LIMITS.sections]);
    const plain = await read("<Strange v='7'><A>1</A></Strange>", "no such type");
    assert.deepEqual(
      plain.sections[0]?.values.map(({ name, value }) => [name, value]),
      [
        ["@v", "7"],
        ["A", "1"],
      ],
    );
  });
});
