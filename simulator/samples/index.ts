import type { Bilingual } from "../../lib/errors.js";
import { decXml, decZip, twoEdocs } from "./dec.js";
import type { SampleIdentity } from "./identity.js";
import { invtZip } from "./invt.js";
import { freshKey } from "./keys.js";
import { manifestKey, manifestXml } from "./manifest.js";
import { badZip } from "./wrong.js";

export {
  DEC_NAMESPACE,
  type DecOptions,
  type DecZipOptions,
  decXml,
  decZip,
  type Edoc,
  edocName,
  twoEdocs,
} from "./dec.js";
export { complete, creditCodeOf, DEMO_IDENTITY, type SampleIdentity } from "./identity.js";
export { type InvtOptions, invtXml, invtZip, XMLDSIG } from "./invt.js";
export { digits, freshKey, freshTime } from "./keys.js";
export { type ManifestOptions, MT1401_NAMESPACE, manifestKey, manifestXml } from "./manifest.js";
export { pdf } from "./pdf.js";
export { type BadZipOptions, badZip } from "./wrong.js";

/** One sample of the demo: a file to drop into an OutBox and what has to become of it. */
export interface Sample {
  fileName: string;
  folder: "DecCus001" | "Sas" | "Rmft";
  bytes: Buffer;
  /** `refused`: stopped on our side, before anything is sent. */
  expect: "accepted" | "refused";
  /** The key that the import receipt repeats. */
  clientKey: string;
  title: Bilingual;
  /** The code of the refusal, as the FailBox receipt and the ledger show it. */
  expectedCode?: string;
}

/** The four good documents and the three wrong ones of the demo, each with a key of its own. */
export async function samples(identity: SampleIdentity): Promise<Sample[]> {
  const at = Date.now();
  const dec = freshKey();
  const zipped = freshKey();
  const zippedName = `进口报关单-${zipped}`;
  const invt = freshKey("N");
  const manifest = manifestKey(identity);
  const nested = freshKey();
  const empty = freshKey();
  const missing = freshKey();
  const edocs = twoEdocs(identity.region, nested);
  return [
    {
      fileName: `${dec}.xml`,
      folder: "DecCus001",
      bytes: decXml({ identity, key: dec, at }),
      expect: "accepted",
      clientKey: dec,
      title: { zh: "报关单 XML", en: "declaration, bare XML" },
    },
    {
      fileName: `${zippedName}.zip`,
      folder: "DecCus001",
      bytes: await decZip({ identity, key: zipped, name: zippedName, at, goods: 6 }),
      expect: "accepted",
      clientKey: zipped,
      title: { zh: "报关单 ZIP（XML 与两份 PDF）", en: "declaration, ZIP with two PDFs" },
    },
    {
      fileName: `${invt}.zip`,
      folder: "Sas",
      bytes: await invtZip({ identity, key: invt, at }),
      expect: "accepted",
      clientKey: invt,
      title: { zh: "核注清单 ZIP", en: "bonded inventory list, ZIP" },
    },
    {
      fileName: `MT1401_${manifest.slice(-17)}.xml`,
      folder: "Rmft",
      bytes: manifestXml({ identity, key: manifest, at }),
      expect: "accepted",
      clientKey: manifest,
      title: { zh: "公路原始舱单 XML（由客户端压缩）", en: "road manifest, bare XML (zipped by the client)" },
    },
    {
      fileName: `${nested}.zip`,
      folder: "DecCus001",
      bytes: await badZip(
        [
          { name: `${nested}.xml`, bytes: decXml({ identity, key: nested, at, goods: 3, edocs }) },
          ...edocs.map(({ id, bytes }) => ({ name: id, bytes })),
        ],
        { folder: "报关单", at },
      ),
      expect: "refused",
      clientKey: nested,
      title: { zh: "错误：ZIP 内有文件夹", en: "wrong: a folder in the ZIP" },
      expectedCode: "SW-ZIP",
    },
    {
      fileName: `${empty}.xml`,
      folder: "DecCus001",
      bytes: decXml({ identity, key: empty, at, goods: 3, emptyFields: ["GQty"] }),
      expect: "refused",
      clientKey: empty,
      title: { zh: "错误：数值字段为空（GQty）", en: "wrong: an empty numeric field (GQty)" },
      // validate-xsd sees it first; without it, preflight says SW-RULE-empty-numeric.
      expectedCode: "SW-XSD",
    },
    {
      fileName: `${missing}.zip`,
      folder: "DecCus001",
      bytes: await decZip({ identity, key: missing, at, goods: 3, missing: 1 }),
      expect: "refused",
      clientKey: missing,
      title: { zh: "错误：ZIP 缺少一份 PDF", en: "wrong: a PDF is missing from the ZIP" },
      expectedCode: "SW-RULE-edoc-missing-pdf",
    },
  ];
}
