import { ImportClientError } from "../errors.js";
import type { CardBackend } from "../signing/types.js";
import type { Finding } from "./step.js";

const DAY = 24 * 60 * 60 * 1000;

/** Reads the card's certificate; the PIN is never sent by a test (promises 4). */
export async function checkCard(card: CardBackend, now: number = Date.now()): Promise<Finding> {
  const identity = await card.identity();
  const until = new Date(identity.notAfter).toISOString().slice(0, 10);
  const who = [identity.holder, identity.companyCode, identity.cardNumber].filter(Boolean).join(" / ");
  const text = {
    zh: `${who}，证书有效期至 ${until}（${card.kind}）`,
    en: `${who}, certificate valid until ${until} (${card.kind})`,
  };
  if (now > identity.notAfter || now < identity.notBefore) {
    throw new ImportClientError(
      "C134",
      { zh: `卡证书不在有效期内：${until}`, en: `the card's certificate is not valid: ${until}` },
      {
        advice: {
          zh: "请到电子口岸制卡中心更新证书。",
          en: "Have the certificate renewed at the E-port's card office.",
        },
      },
    );
  }
  if (identity.notAfter - now < 30 * DAY) {
    return {
      text,
      warning: true,
      advice: { zh: "证书将在 30 天内到期，请尽快更新。", en: "The certificate runs out within 30 days: renew it." },
    };
  }
  if (card.kind === "software") {
    return {
      text,
      warning: true,
      advice: { zh: "软件密钥仅用于测试环境。", en: "A software key is for test environments only." },
    };
  }
  return { text };
}

/** Without a PIN each signature is C144; that it is set says nothing about its being right. */
export function checkPin(hasPin: boolean): Finding {
  if (hasPin) return { text: { zh: "已设置卡密码（未验证）", en: "the PIN is set (it is not tried)" } };
  throw new ImportClientError(
    "C144",
    { zh: "卡密码不能为空，请设置卡密码!", en: "the PIN is empty" },
    {
      advice: {
        zh: "请在 card 节点中填写卡密码，或设置环境变量 SW_CARD_PIN。",
        en: "Fill in the PIN in the card node, or set SW_CARD_PIN.",
      },
    },
  );
}
