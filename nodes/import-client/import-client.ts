import { join } from "node:path";
import type { Node, NodeAPI, NodeConstructor, NodeDef } from "node-red";
import { assertInDemo } from "../../lib/client/demo.js";
import { adviceOn } from "../../lib/client/document-advice.js";
import { ClientOpening } from "../../lib/client/opening.js";
import { sharedPlace } from "../../lib/client/separation.js";
import { type ClientSettings, readClientSettings } from "../../lib/client/settings.js";
import { bothLanguages, withAdvice } from "../../lib/errors.js";
import { SYSTEM } from "../../lib/files/ports.js";
import { type DocumentRow, type OpenLedger, openLedger } from "../../lib/ledger/index.js";
import { configError, settingText } from "../../lib/settings.js";
import { adviceOfInner } from "../../lib/signing/backends.js";
import { changes } from "../changes.js";
import { spoken } from "../connection-status.js";
import { registerFormRoutes } from "../form/routes.js";
import { backendsOf, clientNodes, type ImportClientNode } from "../registry.js";
import { inWords, onClose, sayOnce } from "../runtime.js";
import { warnOverridden } from "../variables.js";
import { registerRoutes } from "./routes.js";
import { registerWatchRoutes } from "./watch-routes.js";

const SHARED = { root: "根目录", ledger: "台账", box: "文件夹" };

/** Two clients may share neither root nor ledger (faq client 4). */
function assertSeparate(node: ImportClientNode, settings: ClientSettings): void {
  for (const other of clientNodes.values()) {
    if (other.id === node.id || !other.settings) continue;
    const shared = sharedPlace(settings, other.settings);
    if (!shared) continue;
    const names = [node, other].map(({ name, id }) => name || id).join(", ");
    throw configError(
      shared === "box" ? "boxPaths" : shared,
      `两个客户端不能共用同一${SHARED[shared]}：${names}`,
      `two import-clients share one ${shared}: ${names}`,
    );
  }
}

/** Beside the flows: outside of every root, and kept with them where Node-RED runs in a container. */
function usedRootsIn(RED: NodeAPI): string {
  const { userDir } = RED.settings as { userDir?: unknown };
  return typeof userDir === "string" && userDir !== "" ? join(userDir, "single-window-roots.json") : "";
}

/** Events after which a document may need a person, as Node-RED's log says them; `retry` is told once for what it waits for. */
const TOLD: Record<string, string> = { failed: "failed", held: "held", retry: "waits", "file-missed": "waits" };

/** A document that was not sent, or waits for a person, a setting or a card: its file, the code, and why. */
function needsSomebody(row: DocumentRow, word: string, client: string): string {
  const { business, fileName, code, text, textEn } = row;
  const reason = { zh: text, en: textEn || text };
  // What waits goes on once somebody has done it; of one that failed the local receipt says it.
  const advice = word === "waits" ? adviceOn(row, backendsOf(client)) : undefined;
  const said = `${code} ${business}/${fileName} ${word}: ${bothLanguages(withAdvice({ text: reason, advice }))}`;
  // Names and values of documents come from outside: none of them begins a line of the log.
  return said.replace(/[\p{Cc}\s]+/gu, " ");
}

/** The password goes to the database alone: settings are shown. */
function ledgersWith(password: string): OpenLedger {
  return (location, options) => openLedger(location, { ...options, ...(password && { password }) });
}

export = (RED: NodeAPI): void => {
  const watched = registerWatchRoutes(RED, clientNodes);
  function ImportClientConstructor(this: ImportClientNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    warnOverridden(RED, this);
    this.settings = undefined;
    this.opening = undefined;
    try {
      const settings: ClientSettings = {
        ...readClientSettings(config as unknown as Record<string, unknown>),
        usedRoots: usedRootsIn(RED),
      };
      assertInDemo(settings, process.env);
      assertSeparate(this, settings);
      this.settings = settings;
      clientNodes.set(this.id, this);
      const opening = new ClientOpening(settings, SYSTEM, ledgersWith(settingText(this.credentials?.ledgerPassword)));
      opening.setMaxListeners(0); // Each node that names this one follows it.
      opening.on("notice", ({ code, text }) => this.warn(`${code} ${bothLanguages(text)}`));
      opening.on("fault", (fault) => {
        changes.note("");
        if (fault?.details.reason === "rebuilding") this.warn(spoken(fault));
        else if (fault) this.error(spoken(fault));
        else if (opening.client) this.log("goes on");
      });
      opening.on("open", (client, recovery) => {
        watched.follow(this);
        changes.note("");
        client.on("change", (row, { event }) => {
          changes.note(row.id);
          // Whoever watches the log alone shall know of what needs a person.
          const word = TOLD[event];
          if (word) this.warn(needsSomebody(row, word, this.id));
        });
        client.on("takeover", () => changes.note(""));
        client.standing.on("change", () => changes.note(""));
        client.waiting.on("change", () => changes.note(""));
        client.on("card", ({ name, id, state, code, text }) => {
          changes.note("");
          if (state !== "closed" && state !== "locked") return;
          const advice = adviceOfInner(code, backendsOf(this.id));
          this.error(`${code} ${name || id}: ${bothLanguages(withAdvice({ text, advice }))}`);
        });
        client.checkHost().catch((error) => this.warn(inWords(error)));
        if (recovery.unknown + recovery.open + recovery.finished + recovery.entered > 0) {
          this.log(`continued: ${JSON.stringify(recovery)}`);
        }
      });
      this.opening = opening;
      this.ready = opening.ready;
      opening.start();
    } catch (error) {
      this.fault = error;
      this.settings = undefined;
      // Whoever asks how things stand sees it, and what it lacks.
      clientNodes.set(this.id, this);
      changes.note("");
      this.ready = Promise.reject(error);
      this.ready.catch(() => sayOnce(this, error));
    }
    onClose(this, async () => {
      clientNodes.delete(this.id);
      await this.opening?.close();
    });
  }
  RED.nodes.registerType("sw-import-client", ImportClientConstructor as NodeConstructor<Node, NodeDef, object>, {
    credentials: { ledgerPassword: { type: "password" } },
  });
  registerRoutes(RED, clientNodes);
  registerFormRoutes(RED);
};
