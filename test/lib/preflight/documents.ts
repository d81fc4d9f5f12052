/** Small good documents, one element a line, that the tests spoil in one place. Line 1 is the root. */

export const EDOC = "530100000001IM000000000000000001.pdf";

export const DEC = `<DecMessage xmlns="http://www.chinaport.gov.cn/dec" Version="4.8">
<DecHead>
<SeqNo></SeqNo>
<IEFlag>I</IEFlag>
<ApprNo/>
<GrossWet>12.5</GrossWet>
<IEDate>20240101</IEDate>
<PackNo>3</PackNo>
</DecHead>
<DecLists>
<DecList>
<GNo>1</GNo>
<GName>bolts</GName>
<GQty>10</GQty>
</DecList>
<DecList>
<GNo>2</GNo>
<GName>nuts</GName>
<GQty>20</GQty>
</DecList>
</DecLists>
<DecSign>
<OperType>G</OperType>
<ICCode/>
<ClientSeqNo>C20240101000001</ClientSeqNo>
<Sign/>
<SignDate/>
</DecSign>
</DecMessage>`;

/** The declaration with one EdocRealation, which starts on line 29 (EdocID on line 30). */
export const DEC_EDOC = DEC.replace(
  "</DecMessage>",
  `<EdocRealation>
<EdocID>${EDOC}</EdocID>
<EdocCode>00000001</EdocCode>
<EdocFomatType>US</EdocFomatType>
</EdocRealation>
</DecMessage>`,
);

export const INV101 = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
<Object Id="String">
<Package>
<EnvelopInfo>
<version>1.0</version>
<message_id>M1</message_id>
<file_name>document.zip</file_name>
<message_type>INV101</message_type>
<sender_id>DXPESWDEMO0001</sender_id>
<receiver_id>DXPDSWSAS0000001</receiver_id>
<send_time>2024-01-01T08:00:00</send_time>
</EnvelopInfo>
<DataInfo>
<BussinessData>
<InvtMessage>
<InvtHeadType>
<SeqNo></SeqNo>
<PutrecNo>T5300W000001</PutrecNo>
<EtpsInnerInvtNo>INV-2024-1</EtpsInnerInvtNo>
<DclEtpsno>4403960000</DclEtpsno>
<InputCode>4403960000</InputCode>
<InputTime>20240101</InputTime>
<DclTypecd>1</DclTypecd>
<IcCardNo></IcCardNo>
</InvtHeadType>
<InvtListType>
<SeqNo></SeqNo>
<GdsSeqno>1</GdsSeqno>
<GdsSpcfModelDesc><![CDATA[M6 <20 mm> & zinc]]></GdsSpcfModelDesc>
<DclQty>10</DclQty>
<EntryGdsSeqno>1</EntryGdsSeqno>
</InvtListType>
<InvtListType>
<SeqNo></SeqNo>
<GdsSeqno>2</GdsSeqno>
<GdsSpcfModelDesc>M8</GdsSpcfModelDesc>
<DclQty>10</DclQty>
<EntryGdsSeqno>2</EntryGdsSeqno>
</InvtListType>
<SysId>Z7</SysId>
<OperCusRegCode>4403960000</OperCusRegCode>
</InvtMessage>
<DelcareFlag>0</DelcareFlag>
</BussinessData>
</DataInfo>
</Package>
</Object>
</Signature>`;

export const MT1401 = `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1">
<Head>
<MessageID>CN_MT1401_1p0_5300123456789_20240101080000000</MessageID>
<FunctionCode>9</FunctionCode>
<MessageType>MT1401</MessageType>
<SenderID>5300123456789_DXPESWDEMO0001</SenderID>
<ReceiverID>EPORT</ReceiverID>
<SendTime>20240101080000000</SendTime>
<Version>1.0</Version>
</Head>
<Declaration>
<DeclarationOfficeID>5301</DeclarationOfficeID>
<ID>2024010100001</ID>
<BorderTransportMeans>
<TypeCode>3</TypeCode>
</BorderTransportMeans>
<Consignment>
<TotalPackageQuantity unitCode="CT">1</TotalPackageQuantity>
<ConsignmentItem>
<SequenceNumeric>1</SequenceNumeric>
</ConsignmentItem>
<TransportContractDocument>
<ID>B1</ID>
</TransportContractDocument>
</Consignment>
<LoadingLocation>
<LoadingDateTime>20240101080000</LoadingDateTime>
</LoadingLocation>
<UnloadingLocation>
<ArrivalDateTime>20240102</ArrivalDateTime>
<ID>CNSZX</ID>
</UnloadingLocation>
</Declaration>
</Manifest>`;

/** INV101 as the modification of a list that has its number. */
export const MODIFICATION = INV101.replaceAll("<SeqNo></SeqNo>", "<SeqNo>202400000000000001</SeqNo>");

/** Path of its package, and of the business data in it. */
export const PACKAGE = "Signature/Object/Package";
export const BODY = `${PACKAGE}/DataInfo/BussinessData/InvtMessage`;

/** Replaces one line (1-based), so that a test says which line it spoils. */
export function withLine(xml: string, line: number, text: string): string {
  const lines = xml.split("\n");
  if (line < 1 || line > lines.length) throw new RangeError(`no line ${line}`);
  lines[line - 1] = text;
  return lines.join("\n");
}

/** The 1-based line on which `text` stands for the first time. */
export function lineOf(xml: string, text: string): number {
  const at = xml.indexOf(text);
  if (at === -1) throw new Error(`not in the document: ${text}`);
  return xml.slice(0, at).split("\n").length;
}
