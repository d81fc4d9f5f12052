import type { NodeAPI, NodeDef } from "node-red";
import { assertInDemo } from "../../lib/client/demo.js";
import { ImportClient } from "../../lib/client/import-client.js";
import { sharedPlace } from "../../lib/client/separation.js";
import { type ClientSettings, readClientSettings } from "../../lib/client/settings.js";
import { messageOf } from "../../lib/errors.js";
import { configError } from "../../lib/settings.js";
import { clientNodes, type ImportClientNode } from "../registry.js";
import { onClose } from "../runtime.js";
import { registerRoutes } from "./routes.js";

/** Two clients may share neither root nor ledger (faq client 4). */
function assertSeparate(node: ImportClientNode, settings: ClientSettings): void {
  for (const other of clientNodes.values()) {
    if (other.id === node.id || !other.settings) continue;
    const shared = sharedPlace(settings, other.settings);
    if (!shared) continue;
    const names = [node, other].map(({ name, id }) => name || id).join(", ");
    throw configError(
      shared,
      `两个客户端不能共用同一${shared === "root" ? "根目录" : "台账"}：${names}`,
      `two import-clients share one ${shared}: ${names}`,
    );
  }
}

export = (RED: NodeAPI): void => {
  function ImportClientConstructor(this: ImportClientNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    this.settings = undefined;
    try {
      const settings = readClientSettings(config as unknown as Record<string, unknown>);
      assertInDemo(settings, process.env);
      assertSeparate(this, settings);
      this.settings = settings;
      clientNodes.set(this.id, this);
      this.ready = ImportClient.open(settings).then(async ({ client, recovery }) => {
        client.on("notice", (notice) => this.warn(`${notice.code} ${notice.text.zh} / ${notice.text.en}`));
        await client.checkHost();
        if (recovery.unknown + recovery.open + recovery.finished + recovery.entered > 0) {
          this.log(`continued: ${JSON.stringify(recovery)}`);
        }
        return client;
      });
    } catch (error) {
      this.ready = Promise.reject(error);
    }
    this.ready.catch((error) => this.error(`${error.code ?? ""} ${messageOf(error)}`.trim()));
    onClose(this, async () => {
      clientNodes.delete(this.id);
      const client = await this.ready.catch(() => undefined);
      await client?.close();
    });
  }
  RED.nodes.registerType("sw-import-client", ImportClientConstructor);
  registerRoutes(RED, clientNodes);
};
