import { existsSync } from "node:fs";
import { join } from "node:path";
import { type NodeRed, repositoryRoot, startNodeRed } from "../node-red.js";
import { PlainError } from "../plain-error.js";
import { portIsFree } from "../ports.js";
import { makeFolder } from "./demo-folder.js";
import type { StartSettings } from "./environment.js";
import { placeFlow } from "./flow.js";
import { endedLine, type Session } from "./session.js";

/** Errors: PlainError when the editor's port is taken; `command` is how the person would start it on another one. */
export async function assertPortIsFree(port: number, command: string): Promise<void> {
  if (await portIsFree(port)) return;
  throw new PlainError(
    `端口 ${port} 已被占用，请用 PORT 换一个 / Port ${port} on 127.0.0.1 is taken: set PORT to another one, e.g. PORT=${port + 1} ${command}`,
  );
}

/** Starts Node-RED with the example flow. `nodeRedDir`: which one; default that of this repository. */
export async function startClient(
  session: Session,
  settings: StartSettings,
  env: Record<string, string>,
  nodeRedDir?: string,
): Promise<NodeRed> {
  const userDir = join(settings.data, "node-red");
  const logFile = join(settings.data, "log", "node-red.log");
  const example = join(repositoryRoot(), "examples", "01-import-client.json");
  if (!existsSync(example)) throw new PlainError(`The example flow is missing: ${example}`);
  if (!placeFlow(example, userDir))
    session.say(`您改动过的流程已保留 / Your own flow is kept: ${join(userDir, "flows.json")}`);
  session.say("Starting Node-RED");
  const nodeRed = await startNodeRed({
    userDir,
    port: settings.port,
    env,
    logFile,
    nodeRedDir,
    // No link in its folder: the first module that a user installs there would make npm remove it.
    packageDir: null,
    settings: { nodesDir: [repositoryRoot()] },
    onOwnSettings: (file) => session.say(`您改动过的 Node-RED 设置已保留 / Your own settings are kept: ${file}`),
    // Its log is in the file; what needs attention is shown.
    log: (line) => {
      if (/\[(warn|error|fatal)\]/.test(line)) {
        // What its parts say while everything is stopped explains nothing.
        if (!session.signal.aborted) session.say(`  ${line}`);
      }
    },
  });
  session.add("Node-RED", () => nodeRed.stop());
  nodeRed.events.once("exit", () => session.finish(1, endedLine("Node-RED", logFile)));
  return nodeRed;
}

export function showPlaces(session: Session, nodeRed: NodeRed, root: string): void {
  session.say(`编辑器 Editor: ${nodeRed.url}/`);
  session.say(`操作页 Page:   ${nodeRed.url}/single-window/page`);
  if (root !== "") session.say(`文件夹 Boxes:  ${root}`);
}

/** The client alone. A root that is not there is not made: it may be a share that is not mounted. */
export async function realWork(session: Session, settings: StartSettings): Promise<void> {
  makeFolder("SW_DATA", join(settings.data, "log"));
  showPlaces(session, await session.unlessEnded(startClient(session, settings, settings.env)), settings.root);
}
