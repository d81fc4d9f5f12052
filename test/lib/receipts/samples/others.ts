import { china, DSIG, envelope, type Sample } from "./sample.js";

export const others: Sample[] = [
  {
    name: "DxpRep",
    xml: `<DxpRep xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><RecevierId>DXPESW1</RecevierId><Response><ResponseCode>E1</ResponseCode><ResponseInfo>失败</ResponseInfo><Results><Result><RecId>x</RecId><Code>E2</Code><Info>无此用户</Info></Result></Results><OriHead><CopMsgId>MSG-1</CopMsgId></OriHead></Response></DxpRep>`,
    expected: [{ kind: "business", ok: false, code: "E1", text: "失败; E2 无此用户", clientKey: "MSG-1" }],
  },
  {
    name: "COO Receipt received",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C240000000000000001</CertNo><ReceiveTime>2024-01-02 03:04:05</ReceiveTime><Channel>1</Channel><Note>ok</Note></Receipt>`,
    expected: [{ kind: "import", format: "Receipt", ok: true, code: "1", clientKey: "C240000000000000001" }],
  },
  {
    name: "COO Receipt not received",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C1</CertNo><Channel>2</Channel><Note>重复</Note></Receipt>`,
    expected: [{ kind: "import", ok: false, code: "2", text: "重复" }],
  },
  {
    name: "COO Receipt, approved: RepType is the status",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C1</CertNo><Channel>6</Channel><CusRespData><RepType>5</RepType><RspGenTime>2024-01-02 03:04:05</RspGenTime></CusRespData></Receipt>`,
    expected: [
      {
        kind: "business",
        ok: true,
        code: "6",
        statusCode: "5",
        statusText: "审核通过",
        at: china("2024-01-02T03:04:05"),
      },
    ],
  },
  {
    name: "COO Receipt, failed: RepType 1 is not Channel 1",
    xml: `<Receipt xmlns="${DSIG}"><CertNo>C1</CertNo><Channel>6</Channel><CusRespData><RepType>1</RepType><RepAddMsg>缺发票</RepAddMsg></CusRespData></Receipt>`,
    expected: [{ kind: "business", ok: false, statusCode: "1", statusText: "证书申请失败", text: "缺发票" }],
  },
  ...(["1", "2", "3", "4"] as const).map((code) => ({
    name: `FileRet ${code}`,
    xml: `<FileRet><CertNo>C1</CertNo><RetType>${code}</RetType><Note>n</Note></FileRet>`,
    expected: [{ kind: "import" as const, format: "FileRet", ok: code === "1" || code === "3", code, clientKey: "C1" }],
  })),
  {
    name: "ImportAgrResponse 0",
    xml: "<ImportAgrResponse><ResponseInfo><ResponseCode>0</ResponseCode><ResponseMessage>成功</ResponseMessage></ResponseInfo><ConsignNo>A1</ConsignNo></ImportAgrResponse>",
    expected: [{ kind: "import", ok: true, customsNo: "A1", text: "成功" }],
  },
  {
    name: "ImportAgrResponse 1 with a number",
    xml: "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode></ResponseInfo><ConsignNo>A1</ConsignNo><CopCusCode>4403960000</CopCusCode></ImportAgrResponse>",
    expected: [{ ok: true, code: "1", clientKey: "4403960000" }],
  },
  {
    name: "ImportAgrResponse 1 without a number",
    xml: "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode><ResponseMessage>失败</ResponseMessage></ResponseInfo></ImportAgrResponse>",
    expected: [{ ok: false, code: "1", text: "失败" }],
  },
  {
    name: "ACD002",
    xml: `<Signature xmlns="${DSIG}"><Object>${envelope("ACD002", "<ACD002><CONSIGN_NO>A1</CONSIGN_NO><OP_TYPE>1</OP_TYPE><OP_TIME>20240506070809</OP_TIME><PROC_RESULT>S</PROC_RESULT><PROC_DESC>ok</PROC_DESC></ACD002>", "Package", "", "X").replace("<X>", "<SignedData><Data>").replace("</X>", "</Data></SignedData>")}</Object></Signature>`,
    expected: [
      { format: "ACD002", ok: true, code: "S", customsNo: "A1", text: "ok", at: china("2024-05-06T07:08:09") },
    ],
  },
  {
    name: "local Root as faq 10 prints it",
    xml: `<?xml version="1.0" encoding="utf-8" ?>\n<Root>\n  <resultFlag>0</resultFlag>\n  <failCode>C141</failCode>\n  <failInfo>["错误: 等待响应超时!"]</failInfo>\n  <retData />\n</Root>`,
    expected: [{ kind: "local", format: "Root", ok: false, code: "C141", text: "错误: 等待响应超时!", answers: [] }],
  },
  {
    name: "local Root as faq 13 prints it, list over several lines",
    xml: `<?xml version="1.0" encoding="utf-8"?>\n<Root>\n  <resultFlag>0</resultFlag>\n  <failCode>C134</failCode>\n  <failInfo>[\n    "[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571",\n    "Err:Custom51571"\n  ]</failInfo>\n  <retData></retData>\n</Root>`,
    expected: [{ code: "C134", text: "[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571; Err:Custom51571" }],
  },
  {
    name: "local Root spelled FailInfo, with a connection string",
    xml: "<Root><resultFlag>0</resultFlag><failCode>C18</failCode><FailInfo>连接:amqp://U_SW1:geheim@rmq.chinaport.gov.cn:5671 错误：操作已超时。</FailInfo></Root>",
    expected: [{ code: "C18", text: "连接:amqp://U_SW1:***@rmq.chinaport.gov.cn:5671 错误：操作已超时。" }],
  },
];
