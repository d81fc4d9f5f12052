import { writeZip } from "../../lib/archive/index.js";
import { type Field, modelOf, modelTypes } from "../../lib/model/model.js";
import { badZip, decXml, invtXml, manifestXml } from "../../simulator/samples/index.js";
import { rawZip } from "../lib/archive/zip-bytes.js";
import { SAMPLES } from "../lib/receipts/samples/index.js";
import { generateDocument } from "../support/generate-documents.js";
import type { GenerateOptions } from "../support/generated/options.js";

/** What is mutated: documents of every model and shape, receipts of every format, ZIPs as several writers write them. */
export interface Seeds {
  xmls: readonly Buffer[];
  zips: readonly Buffer[];
}

const TYPES: readonly GenerateOptions["type"][] = ["DEC", "INV101", "SAS121", "ICP101", "MT1401", "MT2401", "MT2101"];
const SHAPES: readonly Partial<GenerateOptions>[] = [
  {},
  { namespace: "prefixed", unused: "absent", lineEnd: "" },
  { namespace: "none", wrapped: true, encoding: "utf-8-bom", unused: "absent", tailFirst: true },
  { encoding: "gb2312", unused: "absent", modification: true },
  { encoding: "utf-16le", unused: "absent", cdata: false, rows: 1 },
];

/** Documents that nothing is said about. */
function clean(): Buffer[] {
  const sign = { Sign: Buffer.alloc(128, 7).toString("base64") };
  const fixed = { key: "C20240101000000001", at: 1_704_067_200_000, goods: 2, sign };
  // Numbers that the samples draw by chance: the same seed has to give the same cases.
  const still = (xml: Buffer) =>
    Buffer.from(
      xml.toString().replace(/(<08>|VoyNo>|DecNo>)(\d+)/g, (_all, tag, number) => tag + "7".repeat(number.length)),
    );
  return [
    still(decXml(fixed)),
    still(decXml({ ...fixed, namespace: "prefix", bom: true, sign: { ...sign, ICCode: "2100010012345" } })),
    invtXml(fixed),
    manifestXml({ ...fixed, key: "CN_MT1401_1p0_5300123456789_20240101000000000" }),
  ];
}

export async function makeSeeds(): Promise<Seeds> {
  const documents = TYPES.flatMap((type) =>
    SHAPES.map((shape, seed) => generateDocument({ type, seed, ...shape }).xml),
  );
  const receipts = SAMPLES.map(({ xml }) => Buffer.from(xml));
  const wrapped = receipts.slice(0, 3).map((receipt) => {
    const data = receipt.toString("base64");
    return Buffer.from(
      `<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo><CopMsgId>1</CopMsgId></TransInfo><Data>${data}</Data><AddInfo><FileName>a.xml</FileName></AddInfo></DxpMsg>`,
    );
  });
  return {
    xmls: [...clean(), ...documents, ...fromModels(), ...receipts, ...wrapped],
    zips: await zipSeeds(receipts),
  };
}

async function zipSeeds(receipts: readonly Buffer[]): Promise<Buffer[]> {
  const dec = generateDocument({ type: "DEC", pdfs: 2, unused: "absent" });
  const entries = [{ name: "报关单.xml", bytes: dec.xml }, ...dec.attachments];
  const manifest = generateDocument({ type: "MT1401", rows: 1 });
  return Promise.all([
    writeZip(entries, { at: 0 }),
    writeZip(entries, { at: 0, names: "gbk" }),
    writeZip([{ name: "a.xml", bytes: manifest.xml }], { at: 0 }),
    writeZip(
      [...receipts.slice(0, 4).entries()].map(([n, bytes]) => ({ name: `${n}.xml`, bytes })),
      { at: 0 },
    ),
    badZip(entries, { dataDescriptors: true, at: 0 }),
    rawZip(entries.map(({ name, bytes }) => ({ name: `a/${name}`, content: bytes }))),
  ]);
}

/** The smallest document of each model: it brings the mutants to the kinds that nothing else here generates. */
function fromModels(): Buffer[] {
  return [...modelTypes()].sort().flatMap((type) => {
    const { roots = new Map<string, Field>(), namespace = "" } = modelOf(type) ?? {};
    const attribute = namespace === "" ? "" : ` xmlns="${namespace}"`;
    return [...roots.values()].map((root) => Buffer.from(written(root, attribute)));
  });
}

function written(field: Field, attributes = "", depth = 0): string {
  const children = depth < 12 ? field.children.map((child) => written(child, "", depth + 1)).join("\n") : "";
  return `<${field.name}${attributes}>${children || "1"}</${field.name}>`;
}
