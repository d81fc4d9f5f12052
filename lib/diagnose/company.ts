import type { ClientSettings } from "../client/settings.js";
import { configError } from "../settings.js";
import type { Finding } from "./step.js";

/** Who we are: what the service desk asks for first (faq 9, B3). Rejects with SW-CONFIG when codes are missing. */
export function checkCompany({ environment, clientId, orgCode, customsCode, region }: ClientSettings): Finding {
  if (!orgCode || !customsCode) {
    throw configError(
      "orgCode, customsCode",
      "未设置组织机构代码或海关十位编码",
      "organisation code or customs code is not set",
    );
  }
  const codes = `${clientId}，${orgCode}，${customsCode}，${region}`;
  return {
    text: {
      zh: `${environment === "production" ? "正式环境" : "测试环境"}，${codes}`,
      en: `${environment}, ${codes.replaceAll("，", ", ")}`,
    },
  };
}
