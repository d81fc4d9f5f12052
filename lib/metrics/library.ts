import { ImportClientError, messageOf } from "../errors.js";

/** prom-client, loaded when first asked for. Rejects with SW-PREREQUISITE and the command that brings it. */
export async function promClient(): Promise<typeof import("prom-client")> {
  try {
    return await import("prom-client");
  } catch (cause) {
    throw new ImportClientError(
      "SW-PREREQUISITE",
      {
        zh: `缺少 prom-client 组件：${messageOf(cause)}`,
        en: `the package prom-client is not installed: ${messageOf(cause)}`,
      },
      {
        advice: {
          zh: "请在 Node-RED 目录执行 npm install prom-client。",
          en: "Run npm install prom-client in the Node-RED folder.",
        },
        cause,
      },
    );
  }
}
