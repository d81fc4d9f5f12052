import { type Bilingual, ImportClientError } from "../../errors.js";
import { CORRECT_PIN, cardFault, cardTimeout, INSERT_CARD } from "../faults.js";
import type { CardState } from "../types.js";
import type { ControlError } from "./socket.js";

interface KnownFault {
  text: Bilingual;
  advice: Bilingual;
  state?: CardState;
  /** The error certainly comes from before the PIN was checked. */
  beforePin?: boolean;
  /** The card refused the PIN. */
  pin?: boolean;
}

const START: Bilingual = {
  zh: "请启动卡控件（客户端控件 EportClient）；控件恢复后一分钟内自动继续，等待的单据也会发出。",
  en: "Start the card control (EportClient); work then goes on by itself within a minute, with what waits.",
};
/** The official client's words (faq 11). */
const HANDSHAKE = "错误:卡控件通讯等待握手超时!";

const HELP: Bilingual = {
  zh: "请查看内部错误码，必要时联系服务热线。",
  en: "See the inner code; ask the service desk if it stays.",
};

/** Inner codes (domain B). */
export const CONTROL_FAULTS: Readonly<Record<string, KnownFault>> = {
  "51571": { text: { zh: "PIN 错误", en: "the PIN was refused" }, advice: CORRECT_PIN, state: "closed", pin: true },
  "50070": {
    text: { zh: "读卡器复位失败", en: "the reader could not reset the card" },
    advice: INSERT_CARD,
    state: "absent",
    beforePin: true,
  },
  "50200": {
    text: { zh: "打开读卡器失败，未插卡或无读卡器", en: "the reader cannot be opened: no card or no reader" },
    advice: INSERT_CARD,
    state: "absent",
    beforePin: true,
  },
  "51590": { text: { zh: "请插卡", en: "insert the card" }, advice: INSERT_CARD, state: "absent", beforePin: true },
  Base60408: {
    text: { zh: "连接客户端控件服务失败,请重试.", en: "no connection to the card control" },
    advice: START,
    state: "absent",
    beforePin: true,
  },
  Base50000: {
    text: { zh: "调用参数错误", en: "the control calls the arguments wrong" },
    advice: HELP,
    beforePin: true,
  },
};

/** Inner code of the control's two error strings: `…:错误码=51571` and `Err:Custom51571` (faq 13). */
function innerCodeOf(errors: readonly string[]): string {
  for (const text of errors) {
    const numeric = /错误码\s*[=＝:：]\s*(\d+)/.exec(text)?.[1] ?? /Err:Custom(\d+)/.exec(text)?.[1];
    if (numeric) return numeric;
    const named = /Err:([A-Za-z]+\d+)/.exec(text)?.[1];
    if (named) return named;
  }
  return "CONTROL-ERROR";
}

export interface ControlFault {
  fault: ImportClientError;
  beforePin: boolean;
  pinRefused: boolean;
}

/** An error of the control as one of ours; `secret` is taken out of the control's own words. */
export function controlFault(
  error: ControlError,
  step: "connect" | "query" | "sign",
  limit: number,
  secret: string,
): ControlFault {
  // A control that is not there does not shake hands either (faq 11): the official client says C141 to both.
  if (error.kind === "no-open" || (step === "connect" && error.kind !== "no-library")) {
    return { fault: noHandshake(error, limit), beforePin: true, pinRefused: false };
  }
  if (error.kind === "timeout") {
    return { fault: cardTimeout(step, limit), beforePin: step !== "sign", pinRefused: false };
  }
  if (error.kind === "no-library") {
    const text = { zh: "缺少 ws 组件", en: "the package ws is not installed" };
    const advice = {
      zh: "请在 Node-RED 目录执行 npm install ws，或使用 Node.js 22 以上版本。",
      en: "Run npm install ws in the Node-RED folder, or use Node.js 22 or later.",
    };
    return { fault: cardFault("WS-MISSING", text, advice), beforePin: true, pinRefused: false };
  }
  const inner = error.kind === "failed" ? innerCodeOf(error.errors) : error.sent ? "CONTROL-LOST" : "Base60408";
  const said = error.errors.map((text) => (secret ? text.replaceAll(secret, "***") : text));
  const pinRefused = CONTROL_FAULTS[inner]?.pin ?? said.some((text) => /口令|密码|PIN/i.test(text));
  const known: KnownFault = CONTROL_FAULTS[inner] ?? {
    text: { zh: said[0] ?? "卡控件报错", en: "the card control reports an error" },
    advice: HELP,
    ...(error.kind !== "failed" ? { state: "absent" as const, advice: START } : {}),
  };
  const state = pinRefused ? "closed" : known.state;
  return {
    fault: cardFault(inner, known.text, pinRefused ? CORRECT_PIN : known.advice, {
      details: { errors: said, step, ...(pinRefused ? { pin: true } : {}) },
      ...(said.length > 0 ? { official: said } : {}),
      ...(state ? { state } : {}),
    }),
    beforePin: !error.sent || (known.beforePin ?? false),
    pinRefused,
  };
}

/** C141 as in faq 11, with what the connection came to. */
function noHandshake(error: ControlError, limit: number): ImportClientError {
  const inner = error.kind === "no-open" ? "NO-OPEN" : "Base60408";
  const why =
    error.kind === "no-open"
      ? { zh: `${limit} 毫秒内没有收到 open 帧`, en: `no open frame within ${limit} ms` }
      : { zh: `连接不上卡控件：${error.message}`, en: `no connection to it: ${error.message}` };
  return new ImportClientError(
    "C141",
    { zh: `${HANDSHAKE} ${why.zh}`, en: `the card control did not shake hands in time: ${why.en}` },
    { kind: "waits", advice: START, official: [HANDSHAKE], details: { inner, state: "absent", step: "connect" } },
  );
}
