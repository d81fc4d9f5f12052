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
  MT1401: {
    folder: "Rmft",
    xml: (key) =>
      `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1"><Head><MessageID>${key}</MessageID></Head><Declaration><ID>1</ID></Declaration></Manifest>`,
  },
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

/** A document of a type around an own number, and the folder that it belongs into. Throws for a type that is not known. */
export function paradeDocument(type: string, key: string): { folder: string; xml: Buffer } {
  const plain = PLAIN[type];
  if (plain) return { folder: plain.folder, xml: Buffer.from(plain.xml(key)) };
  if (/^CEB\d{3}$/.test(type)) {
    const xml = `<ceb:${type}Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${key}" version="1.0"><ceb:Entity/></ceb:${type}Message>`;
    return { folder: Number(type[3]) % 2 === 0 ? "ExpCeb" : "ImpCeb", xml: Buffer.from(xml) };
  }
  const body = PACKAGES[type]?.(key);
  if (body === undefined) throw new Error(`no document of type ${type}`);
  const xml = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object Id="String"><Package><EnvelopInfo><message_type>${type}</message_type></EnvelopInfo><DataInfo><BussinessData>${body}</BussinessData></DataInfo></Package></Object></Signature>`;
  return { folder: FOLDERS[type.slice(0, 3)] ?? "Sas", xml: Buffer.from(xml) };
}
