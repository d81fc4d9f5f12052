import assert from "node:assert/strict";
import { writeZip } from "../../../lib/archive/index.js";
import { identityOf } from "../../../lib/business/identity.js";
import { inspect } from "../../../lib/business/inspect.js";

const identity = async (bytes: Buffer | string, name = "a.xml") =>
  identityOf(await inspect(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), name));

const DEC = (operation: string) =>
  `<DecMessage><DecSign><OperType>${operation}</OperType><ClientSeqNo>K1</ClientSeqNo></DecSign></DecMessage>`;
const COO = (apply: string) =>
  `<Certificate><CertificateHead><CertNo>C1</CertNo><ApplyType>${apply}</ApplyType><CertStatus>0</CertStatus></CertificateHead></Certificate>`;
const ACD =
  "<ImportAgrRequest><OperInfo><CopCusCode>4403960000</CopCusCode><OperType>1</OperType></OperInfo></ImportAgrRequest>";
const INV = (current: string, flag: string, type = "1", total = "2") =>
  `<Package><EnvelopInfo><message_type>INV101</message_type></EnvelopInfo><DataInfo><PocketInfo><total_pocket_qty>${total}</total_pocket_qty><cur_pocket_no>${current}</cur_pocket_no></PocketInfo><BussinessData><InvtMessage><InvtHeadType><EtpsInnerInvtNo>E1</EtpsInnerInvtNo><DclTypecd>${type}</DclTypecd></InvtHeadType></InvtMessage><DelcareFlag>${flag}</DelcareFlag></BussinessData></DataInfo></Package>`;

describe("identity of a document", () => {
  it("the bytes of its parts: a ZIP made again at another time, and a bare XML, are the same", async () => {
    const xml = Buffer.from(DEC("C"));
    const pdf = { name: "p.pdf", bytes: Buffer.from("%PDF-1.4 %%EOF") };
    const zip = (at: number, ...more: { name: string; bytes: Buffer }[]) =>
      writeZip([{ name: "a.xml", bytes: xml }, ...more], { at });
    const bare = await identity(xml);
    const one = await zip(1e12);
    const two = await zip(1.7e12);
    assert.notDeepEqual(one, two);
    assert.equal((await identity(one, "a.zip")).partsSha256, bare.partsSha256);
    const [first, second] = [await zip(1e12, pdf), await zip(1.7e12, pdf)];
    const known = await identity(first, "a.zip");
    assert.equal((await identity(second, "b.zip")).partsSha256, known.partsSha256);
    assert.notEqual(known.partsSha256, bare.partsSha256);
    const renamed = await zip(1e12, { ...pdf, name: "q.pdf" });
    assert.notEqual((await identity(renamed, "a.zip")).partsSha256, known.partsSha256);
  });

  it("stored and declared, new and changed are other documents", async () => {
    assert.notEqual((await identity(DEC("G"))).operation, (await identity(DEC("C"))).operation);
    assert.notEqual((await identity(COO("0"))).operation, (await identity(COO("1"))).operation);
    assert.notEqual((await identity(INV("1", "0"))).operation, (await identity(INV("1", "1"))).operation);
    assert.notEqual((await identity(INV("1", "1"))).operation, (await identity(INV("1", "1", "3"))).operation);
  });

  it("one packet of several is not the other", async () => {
    assert.equal((await identity(INV("1", "1"))).packet, "1/2");
    assert.equal((await identity(INV("2", "1"))).packet, "2/2");
    assert.equal((await identity(INV("1", "1", "1", "1"))).packet, "");
  });

  it("an agreement has the company's key, which tells no two of them apart", async () => {
    assert.equal((await identity(ACD)).sameKey, false);
    assert.equal((await identity(DEC("C"))).sameKey, true);
  });

  it("a modification repeats the key of what it modifies", async () => {
    const xml = DEC("C").replace("<DecSign>", "<DecHead><SeqNo>000000001234567890</SeqNo></DecHead><DecSign>");
    assert.equal((await identity(xml)).sameKey, false);
  });
});
