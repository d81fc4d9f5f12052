import type { ChannelModel } from "amqplib";
import { askOnChannel } from "../amqp/channels.js";
import { UNBIND } from "../amqp/fault-texts.js";
import { brokerFault } from "../amqp/faults.js";
import type { Finding } from "./step.js";

/** So many documents in the send queue mean that nobody takes them (faq 9: 队列积压). */
const BACKLOG = 1000;

export interface TestedQueue {
  name: string;
  use: "send" | "receive";
  /** Consumers on it that are our own. */
  own: number;
}

/** Looks at a queue passively: it is neither made nor read from. */
export async function checkQueue(connection: ChannelModel, { name, use, own }: TestedQueue): Promise<Finding> {
  let counts: { messageCount: number; consumerCount: number };
  try {
    counts = await askOnChannel(connection, (channel) => channel.checkQueue(name));
  } catch (error) {
    if (brokerFault(error) !== "permission") throw error;
    return {
      text: {
        zh: `不允许查看队列 ${name}（ACCESS_REFUSED），未测试`,
        en: `looking at the queue ${name} is not allowed (ACCESS_REFUSED): not tested`,
      },
    };
  }
  const { messageCount, consumerCount } = counts;
  const text = {
    zh: `队列 ${name}：积压 ${messageCount}，消费者 ${consumerCount}${own > 0 ? `（其中本机 ${own}）` : ""}`,
    en: `queue ${name}: ${messageCount} waiting, ${consumerCount} consumers${own > 0 ? ` (${own} of them ours)` : ""}`,
  };
  if (use === "send" && messageCount > BACKLOG) {
    return {
      text,
      warning: true,
      advice: {
        zh: "发送队列有积压，请联系单一窗口客服。",
        en: "The send queue has a backlog: call the service desk.",
      },
    };
  }
  // Whoever else takes receipts takes them from us.
  if (use === "receive" && consumerCount > own) return { text, warning: true, advice: UNBIND };
  return { text };
}
