/**
 * Feeds mutated documents, receipts and ZIPs to all that reads what comes from outside: `inspect`, `SchemaStore`, the
 * rules of preflight and `readReceipts` (promises 5: no crash, no hang over 2 s, memory bounded).
 * `npx tsx scripts/fuzz.ts [COUNT] [SEED]`; default 20,000 and the time. Prints count, seed, memory at every tenth of the
 * way, outcomes, the longest case and peak memory; exits with 1 and the input in `fuzz-<seed>-<n>.bin` of the temporary
 * directory when a promise is broken.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeZip } from "../lib/archive/index.js";
import { inspect } from "../lib/business/inspect.js";
import { ImportClientError } from "../lib/errors.js";
import { preflight } from "../lib/preflight/index.js";
import { FAULT } from "../lib/preflight/run.js";
import { readReceipts } from "../lib/receipts/index.js";
import { SchemaStore } from "../lib/xml/xsd.js";

const LONGEST = 2_000;
const MOST_MEMORY = 1_500 * 1024 * 1024;

/** mulberry32: small, and the same on every machine. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const PIECES = [
  "<",
  ">",
  "&",
  "&#0;",
  "&#x110000;",
  "<!DOCTYPE a [<!ENTITY x 'y'>]>",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?xml version='1.0' encoding='gb2312'?>",
  "\0",
  "\ufeff",
  "xmlns:p=''",
  "<a>".repeat(300),
  "甲",
  "\ud800",
  "x".repeat(5_000),
  "PK\u0003\u0004",
  "PK\u0005\u0006",
].map((piece) => Buffer.from(piece, "utf8"));

function mutate(input: Buffer, pick: (below: number) => number): Buffer {
  let bytes = Buffer.from(input);
  for (let times = 1 + pick(4); times > 0; times--) {
    const at = pick(bytes.length + 1);
    const length = pick(Math.min(64, bytes.length - at) + 1);
    switch (pick(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = pick(256);
        break;
      case 1:
        bytes = bytes.subarray(0, at);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), PIECES[pick(PIECES.length)] as Buffer, bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      default:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE([0, 1, 0xffff, 0x7fffffff, 0xffffffff][pick(5)] as number, at);
    }
  }
  return bytes;
}

const VALUES = [
  "",
  " ",
  "0",
  "-1",
  "12E5",
  "1".repeat(400),
  "甲".repeat(90),
  "&#x0;",
  "&lt;b&gt;",
  "<![CDATA[a]]>",
  "<x/>",
  "99999999999999999999",
];

/** One leaf of an XML with another value, twice, or not at all: it stays well-formed, so that the rules get to see it. */
function mutateLeaf(input: Buffer, pick: (below: number) => number): Buffer {
  const text = input.toString("latin1");
  const leaves = [...text.matchAll(/<([\w:]+)(?: [^<>]*)?>([^<>]*)<\/\1>/g)];
  const leaf = leaves[pick(Math.max(1, leaves.length))];
  if (!leaf) return input;
  const [whole, , value = ""] = leaf;
  const end = leaf.index + whole.length;
  const other = Buffer.from(VALUES[pick(VALUES.length)] as string).toString("latin1");
  const changed = [whole.replace(`>${value}<`, () => `>${other}<`), whole + whole, ""][pick(3)] as string;
  return Buffer.from(text.slice(0, leaf.index) + changed + text.slice(end), "latin1");
}

async function seeds(): Promise<Buffer[]> {
  const dec = Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n<DecMessage xmlns="http://www.chinaport.gov.cn/dec" Version="4.8"><DecHead><SeqNo/><IEFlag>I</IEFlag><NoteS><![CDATA[甲 & 乙]]></NoteS></DecHead><DecLists><DecList><GNo>1</GNo><GQty>1.5</GQty></DecList></DecLists><DecSign><ClientSeqNo>K&amp;1</ClientSeqNo></DecSign></DecMessage>',
  );
  const invt = Buffer.from(
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object Id="O"><Package><EnvelopInfo><message_type>INV101</message_type></EnvelopInfo><DataInfo><BussinessData><DelcareFlag>0</DelcareFlag><InvtMessage><InvtHeadType><EtpsInnerInvtNo>N1</EtpsInnerInvtNo></InvtHeadType></InvtMessage></BussinessData></DataInfo></Package></Object></Signature>',
  );
  const manifest = Buffer.from(
    '<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1"><Head><MessageID>CN_1</MessageID></Head><Declaration><Consignment><TotalPackageQuantity unitCode="CT">1</TotalPackageQuantity></Consignment></Declaration></Manifest>',
  );
  const gbk = Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="GBK"?><DecMessage><DecHead><CopName>'),
    Buffer.from("b1a8b9d8b5a5", "hex"),
    Buffer.from("</CopName></DecHead></DecMessage>"),
  ]);
  const wide = Buffer.from(`\ufeff${dec.toString().replace("UTF-8", "UTF-16")}`, "utf16le");
  const pdf = { name: "单据.pdf", bytes: Buffer.from("%PDF-1.4") };
  const zips = await Promise.all([
    writeZip([{ name: "报关单.xml", bytes: dec }, pdf], { at: 0 }),
    writeZip([{ name: "报关单.xml", bytes: invt }, pdf], { at: 0, names: "gbk" }),
    writeZip([{ name: "a.xml", bytes: manifest }], { at: 0 }),
  ]);
  const imported = Buffer.from(
    '<?xml version="1.0" encoding="utf-8"?><CommonResponeMessage><SeqNo>000000001234567890</SeqNo><EtpsPreentNo>K1</EtpsPreentNo><CheckInfo>ok</CheckInfo><DealFlag>0</DealFlag></CommonResponeMessage>',
  );
  const result = Buffer.from(
    "<DEC_DATA><DEC_RESULT><CUS_CIQ_NO>000000001234567890</CUS_CIQ_NO><ENTRY_ID>12E5</ENTRY_ID><CHANNEL>R</CHANNEL></DEC_RESULT></DEC_DATA>",
  );
  const wrapped = Buffer.from(
    `<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo><CopMsgId>1</CopMsgId></TransInfo><Data>${result.toString("base64")}</Data><AddInfo><FileName>a.xml</FileName></AddInfo></DxpMsg>`,
  );
  return [dec, invt, manifest, gbk, wide, ...zips, imported, result, wrapped];
}

const CLIENT = {
  environment: "test",
  clientId: "8930000000001",
  orgCode: "123456789",
  customsCode: "2200123456",
} as const;

/** What becomes of one input, in a word. Rejects for nothing that a document may hold. */
async function outcomeOf(input: Buffer, store: SchemaStore): Promise<string> {
  const { parts } = await readReceipts(input);
  if (parts.some(({ recognised }) => recognised)) return "receipt";
  const inspection = await inspect(input, "a.zip");
  const { kind, root, body, zipped, attachments, xmlName } = inspection;
  const found = preflight({
    ...{ kind, root, body, zipped, attachments, entry: xmlName, client: CLIENT },
    ...{ business: "DecCus001", fileName: "a.zip" },
  });
  const fault = found.find(({ rule }) => rule === FAULT);
  if (fault) throw new Error(fault.text.en);
  const checks = await store.validate(inspection);
  if (!checks) return "no schema";
  return [...checks, ...found].some(({ severity }) => severity === "error") ? "invalid" : "valid";
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 20_000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
  const pick = random(seed);
  const inputs = await seeds();
  const store = new SchemaStore([join(__dirname, "..", "schemas")]);
  const outcomes = new Map<string, number>();
  let longest = { ms: 0, case: 0 };
  let peak = 0;
  process.stdout.write(`seed ${seed}, ${count} cases\n`);
  for (let number = 0; number < count; number++) {
    const base = inputs[pick(inputs.length)] as Buffer;
    let input = base[0] !== 0x50 && pick(3) === 0 ? mutateLeaf(base, pick) : mutate(base, pick);
    // Half of the XMLs go in through an honest ZIP.
    if (base[0] !== 0x50 && pick(2) === 0) input = await writeZip([{ name: "a.xml", bytes: input }], { at: 0 });
    const started = performance.now();
    let outcome: string;
    let broken: unknown;
    try {
      outcome = await outcomeOf(input, store);
    } catch (error) {
      outcome = error instanceof ImportClientError ? error.code : "broken";
      if (outcome === "broken" || (error as ImportClientError).details?.reason === "thread") broken = error;
    }
    const ms = performance.now() - started;
    if (ms > LONGEST) broken ??= new Error(`took ${Math.round(ms)} ms`);
    if (ms > longest.ms) longest = { ms, case: number };
    peak = Math.max(peak, process.memoryUsage.rss());
    if (peak > MOST_MEMORY) broken ??= new Error(`took ${Math.round(peak / 1048576)} MiB`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if ((number + 1) % Math.ceil(count / 10) === 0) {
      const memory = Math.round(process.memoryUsage.rss() / 1048576);
      process.stdout.write(`  ${number + 1} cases, ${memory} MiB, longest so far ${longest.ms.toFixed(1)} ms\n`);
    }
    if (broken) {
      const file = join(tmpdir(), `fuzz-${seed}-${number}.bin`);
      writeFileSync(file, input);
      process.stdout.write(
        `case ${number}: ${broken instanceof Error ? broken.stack : String(broken)}\ninput in ${file}\n`,
      );
      process.exitCode = 1;
      break;
    }
  }
  await store.close();
  const told = [...outcomes].map(([name, times]) => `${name} ${times}`).join(", ");
  process.stdout.write(
    `${told}\nlongest ${longest.ms.toFixed(1)} ms (case ${longest.case}), peak memory ${Math.round(peak / 1048576)} MiB\n`,
  );
}

void main();
