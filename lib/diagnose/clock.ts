import type { BrokerTime } from "./round-trip.js";
import type { Finding } from "./step.js";

/** So far apart, in milliseconds, certificates and documents' times begin to be judged differently on both sides. */
const MOST = 60_000;

/** This machine's clock against the broker's. Only what lies outside the message's own time on the way is a difference. */
export function checkClock(time: BrokerTime | undefined): Finding {
  if (!time) {
    return { text: { zh: "服务器没有给出时间，未比较", en: "the broker gives no time: not compared" } };
  }
  const { before, after, broker, grain } = time;
  const ahead = before - (broker + grain);
  const behind = broker - after;
  const apart = Math.max(ahead, behind, 0);
  const seconds = Math.round(apart / 1000);
  if (apart <= MOST) {
    return {
      text: {
        zh: seconds === 0 ? "本机时钟与服务器一致" : `本机时钟与服务器相差 ${seconds} 秒`,
        en:
          seconds === 0
            ? "this machine's clock agrees with the broker's"
            : `this machine's clock is ${seconds} s off the broker's`,
      },
    };
  }
  return {
    text: {
      zh: `本机时钟比服务器${ahead > 0 ? "快" : "慢"} ${seconds} 秒`,
      en: `this machine's clock is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} the broker's`,
    },
    warning: true,
    advice: {
      zh: "请校准本机时间（打开自动对时）：证书有效期和报文时间都以它为准。",
      en: "Set this machine's clock (turn time synchronisation on): certificates and documents are judged by it.",
    },
  };
}
