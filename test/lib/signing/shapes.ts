/** INV101 in the shapes that real producers write (formats, "Sample shapes: INV101"); values are made up. */
const LIST = `<InvtListType>
    <SeqNo/><GdsSeqno>1</GdsSeqno><GdsNm><![CDATA[螺丝 <M4> & 螺母]]></GdsNm>
    <GdsSpcfModelDesc><![CDATA[4|3|不锈钢|M4×20]]></GdsSpcfModelDesc><DclQty>10</DclQty>
  </InvtListType>`;
const HEAD = `<InvtHeadType><SeqNo></SeqNo><PutrecNo>T4403W000001</PutrecNo><EtpsInnerInvtNo>00001234</EtpsInnerInvtNo><Rmk><![CDATA[]]></Rmk></InvtHeadType>`;
const ENVELOPE = `<EnvelopInfo><version>1.0</version><message_id>M1</message_id><file_name>a.zip</file_name><message_type>INV101</message_type><sender_id>DXPESWDEMO0001</sender_id><receiver_id>DXPEDCSAS0000001</receiver_id><send_time>2026-01-02T03:04:05</send_time></EnvelopInfo>`;
const body = (message: string): string => `<Package>
  ${ENVELOPE}
  <DataInfo><BussinessData><!-- 备注 --><DelcareFlag>1</DelcareFlag>${message}</BussinessData></DataInfo>
</Package>`;
const MESSAGE = `<InvtMessage>${HEAD}${LIST}<SysId>Z7</SysId><OperCusRegCode>4403960000</OperCusRegCode></InvtMessage>`;
const PACKAGE = body(MESSAGE);

export const SHAPES: Record<string, string> = {
  "1: no namespace, SignedInfo complete but empty": `<?xml version="1.0" encoding="UTF-8"?>
<Signature xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="INV101.xsd">
  <SignedInfo><CanonicalizationMethod Algorithm=""/><SignatureMethod Algorithm=""/><Reference URI=""><DigestMethod Algorithm=""/><DigestValue/></Reference></SignedInfo>
  <SignatureValue/>
  <KeyInfo><KeyName/></KeyInfo>
  <Object Id="String">${PACKAGE}</Object>
</Signature>
`,
  "2: xmlns:xsi only, SignedInfo with algorithm names": `<?xml version="1.0" encoding="utf-8"?>
<Signature xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></CanonicalizationMethod><SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"></SignatureMethod><Reference URI="#String"><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"></DigestMethod><DigestValue>b2xk</DigestValue></Reference></SignedInfo><SignatureValue>b2xk</SignatureValue><KeyInfo><KeyName>01</KeyName></KeyInfo><Object>${PACKAGE}</Object></Signature>`,
  "3: xmldsig namespace, Object only": `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object Id="String">${body(`<InvtMessage><SysId>Z7</SysId><OperCusRegCode>4403960000</OperCusRegCode>${HEAD}${LIST}</InvtMessage>`)}</Object></Signature>`,
  "4: lists first": `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><Object Id="String">${body(`<InvtMessage>${LIST}${HEAD}<OperCusRegCode>4403960000</OperCusRegCode><SysId>Z7</SysId></InvtMessage>`)}</Object></Signature>`,
  "bare Package": `<?xml version="1.0"?>\r\n${PACKAGE.replaceAll("\n", "\r\n")}\r\n<!-- end -->`,
  "prefixed, Id of its own": `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:q='urn:q' xml:lang="zh"><ds:Object Id="O1">${PACKAGE}</ds:Object></ds:Signature>`,
};

/** 跨境电商, made up. */
export const CEB = `<?xml version="1.0" encoding="UTF-8"?>
<!-- c --><ceb:CEB311Message guid="G1" version="1.0" xmlns:ceb="http://www.chinaport.gov.cn/ceb" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ceb:Order><!-- in --><ceb:note><![CDATA[备注 <1>]]></ceb:note><ceb:x/></ceb:Order>
</ceb:CEB311Message>
`;

/** 报关单, made up: what matters is DecSign. */
export const DEC = `<DecMessage xmlns="http://www.chinaport.gov.cn/dec" Version="4.8"><DecHead><NoteS><![CDATA[<a>]]></NoteS></DecHead>
 <DecSign><OperType>C</OperType><ClientSeqNo>000123</ClientSeqNo><SignDate>2026010203040500</SignDate></DecSign></DecMessage>`;

/** 手册 and 代理委托 as far as their signature's field goes. */
export const NPTS = `<EmlMessage><NptsEmlHead><Rmk><![CDATA[手册 <1>]]></Rmk></NptsEmlHead><ImportInfo><MessageType>NPTS001</MessageType><OpType>S</OpType><HostId></HostId><FileSize>0</FileSize><Sign/></ImportInfo></EmlMessage>`;
export const ACD = `<ImportAgrRequest><OperInfo><CopCusCode>4403960000</CopCusCode><OperType>0</OperType></OperInfo><AgrInfo><Note><![CDATA[委托]]></Note></AgrInfo></ImportAgrRequest>`;
