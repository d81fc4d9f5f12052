/** The smallest documents that our side sends, one a message type, so that every receipt has one to answer. */

/** Messages of customs' own schemas: their element is named by their type. */
function headed(...types: string[]): Record<string, (key: string) => string> {
  return Object.fromEntries(
    types.map((type) => [type, (key) => `<${type}><Head><etpsPreentNo>${key}</etpsPreentNo></Head></${type}>`]),
  );
}

/** Where a message in the envelope lies, by the system that its type begins with. */
const FOLDERS: Readonly<Record<string, string>> = { EMS: "Nems", EML: "Npts", BHL: "Nbhl" };

const PACKAGES: Readonly<Record<string, (key: string) => string>> = {
  INV101: (key) => `<InvtMessage><InvtHeadType><EtpsInnerInvtNo>${key}</EtpsInnerInvtNo></InvtHeadType></InvtMessage>`,
  SAS121: (key) =>
    `<PassPortMessage><PassportHead><EtpsPreentNo>${key}</EtpsPreentNo></PassportHead></PassPortMessage>`,
  ICP101: (key) =>
    `<Sas2sPassPortMessage><Sas2sPassportHead><EtpsPreentNo>${key}</EtpsPreentNo></Sas2sPassportHead></Sas2sPassPortMessage>`,
  ...headed("SAS101", "SAS111", "SAS131", "BWS101", "CMB101", "EML111", "EML121", "EMS101", "BHL101", "BHL111"),
  EMS111: (key) => `<EMS111><EmsPutrecBsc><etpsPreentNo>${key}</etpsPreentNo></EmsPutrecBsc></EMS111>`,
};

const PLAIN: Readonly<Record<string, { folder: string; xml: (key: string) => string }>> = {
  DEC: {
    folder: "DecCus001",
    xml: (key) =>
      `<DecMessage xmlns="http://www.chinaport.gov.cn/dec"><DecHead><IEFlag>I</IEFlag></DecHead><DecSign><ClientSeqNo>${key}</ClientSeqNo></DecSign></DecMessage>`,
  },
  DECMOD: {
    folder: "DecCus102",
    xml: (key) => `<DecModMessage><DecModHead><DecModSeqNo>${key}</DecModSeqNo></DecModHead></DecModMessage>`,
  },
  NPTS001: {
    folder: "Npts",
    xml: (key) =>
      `<EmlMessage><NptsEmlHead><EtpsPreentNo>${key}</EtpsPreentNo></NptsEmlHead><ImportInfo><MessageType>NPTS001</MessageType><OpType>S</OpType></ImportInfo></EmlMessage>`,
  },
  NPTS301: { folder: "Npts", xml: (key) => bareList("NPTS301", key) },
  NEMS301: { folder: "Nems", xml: (key) => bareList("NEMS301", key) },
  ACMP: {
    folder: "Acmp",
    xml: (key) =>
      `<SasAcmpRLMessage><SasAcmpRLList><FileName>${key}</FileName><BlsNo>1</BlsNo></SasAcmpRLList></SasAcmpRLMessage>`,
  },
  EDOC: { folder: "Decedoc001", xml: (key) => `<EdocRealation><EdocID>${key}</EdocID></EdocRealation>` },
  COO: {
    folder: "Cooimp",
    xml: (key) =>
      `<Certificate xmlns="http://www.w3.org/2000/09/xmldsig#"><CertificateHead><CertNo>${key}</CertNo></CertificateHead></Certificate>`,
  },
  ACD: {
    folder: "Acd",
    xml: (key) =>
      `<ImportAgrRequest><OperInfo><CopCusCode>${key}</CopCusCode><OperType>1</OperType></OperInfo><ImportInfo><GName>x</GName></ImportInfo></ImportAgrRequest>`,
  },
};

function bareList(type: string, key: string): string {
  const head = `<PutrecNo>T5314W000001</PutrecNo><EtpsInnerInvtNo>${key}</EtpsInnerInvtNo><InputCode>4403960000</InputCode>`;
  const rest = "<SysId>B1</SysId><OperCusRegCode>4403960000</OperCusRegCode>";
  return `<InvtMessage><InvtHeadType>${head}</InvtHeadType>${rest}<ImportInfo><MessageType>${type}</MessageType><OpType>S</OpType></ImportInfo></InvtMessage>`;
}

function manifest(type: string, key: string): string {
  return `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:${type}:1"><Head><MessageID>${key}</MessageID><MessageType>${type}</MessageType><SenderID>5300123456789_DXPESWDEMO0001</SenderID></Head><Declaration><ID>1</ID></Declaration></Manifest>`;
}

/**
 * A document of a type around an own number, and the folder that it belongs into; of a family also where nobody has listed the
 * type. Throws for a type that is not known.
 */
export function paradeDocument(type: string, key: string): { folder: string; xml: Buffer } {
  const plain = PLAIN[type];
  if (plain) return { folder: plain.folder, xml: Buffer.from(plain.xml(key)) };
  if (/^MT/.test(type)) return { folder: /^MT\d4/.test(type) ? "Rmft" : "Mft", xml: Buffer.from(manifest(type, key)) };
  if (/^CEB\d{3}$/.test(type)) {
    const xml = `<ceb:${type}Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${key}" version="1.0"><ceb:Entity/></ceb:${type}Message>`;
    return { folder: Number(type[3]) % 2 === 0 ? "ExpCeb" : "ImpCeb", xml: Buffer.from(xml) };
  }
  if (!/^[A-Z]{3,4}\d{3}$/.test(type)) throw new Error(`no document of type ${type}`);
  const body = (PACKAGES[type] ?? headed(type)[type])?.(key) ?? "";
  const xml = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object Id="String"><Package><EnvelopInfo><message_type>${type}</message_type></EnvelopInfo><DataInfo><BussinessData>${body}</BussinessData></DataInfo></Package></Object></Signature>`;
  return { folder: FOLDERS[type.slice(0, 3)] ?? "Sas", xml: Buffer.from(xml) };
}
