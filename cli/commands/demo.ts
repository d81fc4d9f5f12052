import { demoSettings } from "../../scripts/start/environment.js";
import { Session } from "../../scripts/start/session.js";
import { bringUp } from "../../scripts/start/up.js";
import { argumentsOf, type Command } from "../terminal.js";

const OPTIONS = { once: { type: "boolean" } } as const;

/** The whole way on this machine, in a folder of its own. */
export const demo: Command = {
  name: "demo",
  usage: {
    zh: `在本机演示全过程。
npx @single-window/node-red-import-client demo [--once]
  自带的 RabbitMQ、模拟的单一窗口、软件密钥、样例报文，全部放在当前文件夹下的 single-window-demo
  （或 SW_DATA/demo）。需要已安装 RabbitMQ；本机没有 Node-RED 时装到该文件夹内。不使用真实业务的任何设置：
  设置了 SW_AMQP_HOST、SW_ROOT、SW_ENVIRONMENT=production 时不启动。
  --once  显示样例结果后结束
  PORT    编辑器端口，默认 1880`,
    en: `Shows the whole way on this machine.
npx @single-window/node-red-import-client demo [--once]
  It has a RabbitMQ of its own, a simulated Single Window, a soft key, samples; all of it in
  the folder single-window-demo of where you are (or SW_DATA/demo). RabbitMQ has to be installed; a Node-RED is put into
  that folder if the machine has none. It takes nothing of real work: it does not start where SW_AMQP_HOST, SW_ROOT or
  SW_ENVIRONMENT=production is set.
  --once  ends when the samples have their results
  PORT    port of the editor, 1880 by default`,
  },
  async run(args) {
    const { values } = argumentsOf(args, OPTIONS);
    const session = new Session();
    return session.run(async () => {
      const settings = demoSettings(process.cwd(), process.env, values.once ?? false);
      await bringUp(session, settings, "npx @single-window/node-red-import-client demo");
    });
  },
};
