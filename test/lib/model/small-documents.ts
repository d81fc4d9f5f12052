/** The smallest declaration that lacks nothing, one element a line. */
export const DEC_HEAD = [
  "<IEFlag>I</IEFlag>",
  "<AgentCode>4403960000</AgentCode>",
  "<AgentName>甲</AgentName>",
  "<CustomMaster>5301</CustomMaster>",
  "<CopName>甲</CopName>",
  "<CopCode>123456789</CopCode>",
  "<TypistNo>8930000000000</TypistNo>",
  "<InputerName>乙</InputerName>",
  "<DeclTrnRel>0</DeclTrnRel>",
  "<PromiseItmes>00000</PromiseItmes>",
  "<TradeAreaCode>HKG</TradeAreaCode>",
  "<DeclareName>乙</DeclareName>",
];
export const DEC_LIST = [
  "<CodeTS>8471300000</CodeTS>",
  "<GNo>1</GNo>",
  "<GQty>1.5</GQty>",
  "<DestinationCountry>CHN</DestinationCountry>",
];
export const DEC_SIGN = ["<OperType>G</OperType>", "<ClientSeqNo>K0001</ClientSeqNo>"];

export interface DecParts {
  open?: string;
  close?: string;
  head?: readonly string[];
  list?: readonly string[];
  sign?: readonly string[];
}

export function dec(parts: DecParts = {}): string {
  const {
    open = '<DecMessage xmlns="http://www.chinaport.gov.cn/dec" Version="4.8">',
    close = "</DecMessage>",
    head = DEC_HEAD,
    list = DEC_LIST,
    sign = DEC_SIGN,
  } = parts;
  return [open, "<DecHead>", ...head, "</DecHead>", "<DecLists>", "<DecList>", ...list, "</DecList>", "</DecLists>"]
    .concat("<DecSign>", ...sign, "</DecSign>", close)
    .join("\n");
}

const HEAD = `<Head>
<MessageID>CN_MT1401_1p0_1</MessageID>
<FunctionCode>9</FunctionCode>
<MessageType>MT1401</MessageType>
<SenderID>5300123456789_DXPESWDEMO0001</SenderID>
<ReceiverID>EPORT</ReceiverID>
<SendTime>20261124010203004</SendTime>
<Version>1.0</Version>
</Head>`;

/** A road manifest that lacks nothing that is always asked for; `declaration` replaces the order of its parts. */
export function manifest(
  declaration: readonly string[] = MANIFEST_PARTS,
  open = '<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1">',
): string {
  return [open, HEAD, "<Declaration>", ...declaration, "</Declaration>", "</Manifest>"].join("\n");
}

export const MANIFEST_PARTS = [
  "<DeclarationOfficeID>5301</DeclarationOfficeID>",
  "<ID>12345678901</ID>",
  "<BorderTransportMeans><TypeCode>3</TypeCode></BorderTransportMeans>",
  '<Consignment><TotalPackageQuantity unitCode="CT">1</TotalPackageQuantity><ConsignmentItem><SequenceNumeric>1</SequenceNumeric></ConsignmentItem><TransportContractDocument><ID>B1</ID></TransportContractDocument></Consignment>',
  "<LoadingLocation><LoadingDateTime>20261124010203</LoadingDateTime></LoadingLocation>",
  "<UnloadingLocation><ArrivalDateTime>20261124</ArrivalDateTime><ID>CNSZX</ID></UnloadingLocation>",
];

/** The envelope of a bonded inventory list around some parts of its message. */
export function invt(parts: { first?: string; message?: string; last?: string; namespace?: string } = {}): string {
  const { first = "", message = "", last = "", namespace = ' xmlns="http://www.w3.org/2000/09/xmldsig#"' } = parts;
  return `<Signature${namespace}><Object Id="O"><Package><EnvelopInfo><version>1.0</version><message_id>m</message_id><file_name>f</file_name><message_type>INV101</message_type><sender_id>s</sender_id><receiver_id>r</receiver_id><send_time>2026-11-24T01:02:03</send_time></EnvelopInfo><DataInfo><BussinessData>${first}<InvtMessage>${message}</InvtMessage>${last}</BussinessData></DataInfo></Package></Object></Signature>`;
}
