import type { Bilingual } from "../errors.js";
import { usesHsm } from "./card.js";
import type { OfficialSettings } from "./official-settings.js";
import type { Answers, PlanDraft } from "./plan-draft.js";

/** Something that the settings file does not say. */
export interface Question {
  /** Setting of ours. */
  to: string;
  /** The environment variable that the flow takes it from as long as nobody says it. */
  variable: string;
  text: Bilingual;
  /** Never given to a command or kept in a flow: only in the environment or in a node's credentials. */
  secret?: true;
}

const ASKED: readonly (readonly [answer: keyof Answers | "", to: string, variable: string, zh: string, en: string])[] =
  [
    [
      "environment",
      "import-client.environment",
      "SW_ENVIRONMENT",
      "环境：test 测试，production 生产",
      "environment: test or production",
    ],
    [
      "clientId",
      "import-client.clientId",
      "SW_CLIENT_ID",
      "客户端 ID（单一窗口“自动导入客户端申请”页面；报文中 DXPESW 后面的部分）",
      "client ID (on the Single Window's page of the import client; what stands behind DXPESW in documents)",
    ],
    ["orgCode", "import-client.orgCode", "SW_ORG_CODE", "组织机构代码（9 位）", "organisation code (9 characters)"],
    [
      "customsCode",
      "import-client.customsCode",
      "SW_CUSTOMS_CODE",
      "企业海关十位编码",
      "the company's ten-digit customs code",
    ],
    ["region", "import-client.region", "SW_REGION", "关区代码（4 位）", "customs region (4 digits)"],
    [
      "",
      "mq-broker.host",
      "SW_AMQP_HOST",
      "消息服务器地址（官方常见问题中为 rmq.chinaport.gov.cn）",
      "host of the broker (rmq.chinaport.gov.cn in the official FAQ)",
    ],
    ["", "mq-broker.port", "SW_AMQP_PORT", "消息服务器端口（5671）", "port of the broker (5671)"],
    ["", "mq-broker.user", "SW_AMQP_USER", "消息服务器用户名", "the broker's user"],
    [
      "",
      "mq-send.queue",
      "SW_SEND_QUEUE",
      "发送队列，不设则为 Q_Send<客户端 ID>",
      "send queue; unset: Q_Send<client ID>",
    ],
    [
      "",
      "mq-receive.queue",
      "SW_RECEIVE_QUEUE",
      "接收队列，不设则为 Q_Recv<客户端 ID>",
      "receive queue; unset: Q_Recv<client ID>",
    ],
  ];

/** What is still to be asked, once the file and the person have said what they know. */
export function questionsFor(draft: PlanDraft, settings: OfficialSettings, answers: Answers): Question[] {
  const questions: Question[] = [];
  for (const [answer, to, variable, zh, en] of ASKED) {
    const given = answer === "" ? undefined : answers[answer];
    if (typeof given === "string" && given !== "") {
      draft.values["import-client"][answer] = given;
      continue;
    }
    questions.push({ to, variable, text: { zh, en } });
  }
  if (draft.values["import-client"].root === undefined) {
    questions.push({
      to: "import-client.root",
      variable: "SW_ROOT",
      text: { zh: "报文根目录", en: "root folder" },
    });
  }
  questions.push(
    {
      to: "mq-broker.password",
      variable: "SW_AMQP_PASSWORD",
      text: { zh: "消息服务器密码", en: "the broker's password" },
      secret: true,
    },
    cardQuestion(settings),
    {
      to: "card.pin",
      variable: "SW_CARD_PIN",
      text: { zh: "卡密码（设置文件中的不读取）", en: "the card's PIN (the one in the file is not read)" },
      secret: true,
    },
  );
  return questions;
}

function cardQuestion({ encryptor }: OfficialSettings): Question {
  if (usesHsm(encryptor)) {
    const text = { zh: "厂商 SDF 库的路径", en: "path of the vendor's SDF library" };
    return { to: "card.module", variable: "SW_PKCS11_MODULE", text };
  }
  return {
    to: "card.backend",
    variable: "SW_CARD_BACKEND",
    text: {
      zh: "卡的接入方式：control（本机卡控件）、spsecure（SPSecureAPI 库）或 pkcs11（后两者并设 SW_PKCS11_MODULE）",
      en: "how the card is reached: control (the card control on this machine), spsecure (the SPSecureAPI library) or pkcs11 (these two with SW_PKCS11_MODULE)",
    },
  };
}
