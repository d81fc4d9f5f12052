import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * The manifests of which the form that the FAQ gives is known to be theirs. Sea and air files append `_SWS…` parts and use
 * older filing codes; other road files were accepted with a filing code and a customs office instead.
 */
const STRICT = new Set(["MT1401", "MT2401"]);

const FORM = /^(\d{4})([0-9A-Za-z-]+)_DXPESW([^_]+)(_.*)?$/;

/** `<4-digit region><organisation code>_DXPESW<client ID>`; a wrong one leaves the manifest at 成功发往海关 (faq 17). */
export const rule: Rule = {
  id: "sender-id",
  severity: "error",
  kinds: ["MT*"],
  source: "faq 17",
  title: { zh: "SenderID 填写有误", en: "wrong SenderID" },
  advice: {
    zh: "SenderID 应为：4 位关区 + 组织机构代码 + _DXPESW + 客户端 ID。填错时单据会一直停在“成功发往海关”。",
    en: "SenderID is: 4-digit customs region + organisation code + _DXPESW + client ID. A wrong one leaves the document at 成功发往海关 for ever.",
  },
  start({ kind, body, client }) {
    const lenient = !STRICT.has(kind?.type ?? "");
    const orgCode = client.orgCode.replaceAll("-", "");
    const expected = `${client.region || "<4>"}${orgCode || "<组织机构代码>"}_DXPESW${client.clientId || "<客户端ID>"}`;
    return {
      end(report) {
        const element = body.at("Head/SenderID");
        const value = element?.text.trim() ?? "";
        if (!element || value === "") {
          report({
            element: element ?? body.child("Head") ?? body,
            text: { zh: `没有填写 SenderID，应为 ${expected}`, en: `there is no SenderID; it should be ${expected}` },
          });
          return;
        }
        const found = FORM.exec(value);
        const [, region = "", organisation = "", clientId = "", tail] = found ?? [];
        if (!found || (tail !== undefined && !lenient)) {
          report({
            element,
            severity: lenient ? "warning" : undefined,
            text: {
              zh: `SenderID“${quote(value)}”格式不对，应为 ${expected}`,
              en: `SenderID "${quote(value)}" has not the form ${expected}`,
            },
          });
          return;
        }
        if (client.region && region !== client.region) {
          report({
            element,
            // A company may file with several customs offices.
            severity: "warning",
            text: {
              zh: `SenderID“${quote(value)}”中的关区是 ${region}，客户端设置为 ${client.region}`,
              en: `SenderID "${quote(value)}" carries region ${region}; the client's setting is ${client.region}`,
            },
          });
        }
        if (client.clientId !== "" && clientId !== client.clientId) {
          report({
            element,
            text: {
              zh: `SenderID“${quote(value)}”中的客户端 ID 是 ${quote(clientId)}，本客户端为 ${client.clientId}`,
              en: `SenderID "${quote(value)}" carries client ID ${quote(clientId)}; this client is ${client.clientId}`,
            },
          });
        }
        if (orgCode !== "" && organisation.replaceAll("-", "") !== orgCode) {
          report({
            element,
            severity: lenient ? "warning" : undefined,
            text: {
              zh: `SenderID“${quote(value)}”中的组织机构代码是 ${quote(organisation)}，本客户端为 ${orgCode}`,
              en: `SenderID "${quote(value)}" carries organisation code ${quote(organisation)}; this client's is ${orgCode}`,
            },
          });
        }
      },
    };
  },
};
