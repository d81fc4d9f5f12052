import { timeStamp } from "../../files/names.js";
import type { Refusal, RefusalFile } from "./types.js";
import { element, localFile } from "./written.js";

/** 数据中心入库失败 (field 1): of the public codes the one that says no more than that nothing was taken. */
const NOT_TAKEN = "E2";

/** 舱单回执 of a failure (domain 1.3, faq 16), about the manifest as a whole. */
export function htres4({ code, text, at, document }: Refusal): RefusalFile {
  const head = [
    element("MessageID", document.clientKey),
    element("FunctionCode", "11"),
    element("MessageType", document.messageType),
    element("SendTime", timeStamp(at)),
    element("Version", "1.0"),
  ];
  const said = [element("StatementCode", NOT_TAKEN), element("StatementDescription", text)];
  const response = element("Response", [element("AdditionalInformation", said)]);
  const root = element(
    "Manifest",
    [element("Head", head), response],
    ' xmlns="urn:Declaration:datamodel:standard:CN:HTRES4:1"',
  );
  return { format: "HTRES4", bytes: localFile(root, code) };
}
