import { resolve } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { LARGEST } from "../../lib/boxes/content.js";
import { handleOf } from "../../lib/boxes/context.js";
import { EVERYWHERE } from "../../lib/boxes/places.js";
import { everySetting, settingFlag, settingNumber, settingText } from "../../lib/settings.js";
import { FolderWatch } from "../../lib/watch/folder-watch.js";
import { releaseAfterDeploys } from "../carried.js";
import { spoken } from "../connection-status.js";
import { remember } from "../handles.js";
import { checkConfig, clientOf, type FlowMessage, onClose, StatusLine } from "../runtime.js";
import { markUnwired } from "../wiring.js";

const MEGABYTE = 1024 * 1024;

interface Config extends NodeDef {
  client?: string;
  businesses?: string;
  interval?: string | number;
  maxInFlight?: string | number;
  incompleteAfter?: string | number;
  maxSize?: string | number;
  createBoxes?: boolean | string;
  pdfFolder?: string;
  pdfWait?: string | number;
}

/** Names of unfinished files that are said at a time. */
const SAID = 5;

/** The key of a status with a number: `waiting`, `waiting2` ... of how many instances are at work; the fifth stands for more as well. */
function counted(key: "waiting" | "pdfs", number: number): string {
  return number > 1 ? `${key}${Math.min(number, 5)}` : key;
}

function unfinishedText(names: readonly string[]): string {
  const some = `${names.slice(0, SAID).join(", ")}${names.length > SAID ? " …" : ""}`.replace(/[\p{Cc}\s]+/gu, " ");
  return `${names.length} 个文件尚未写完 / ${names.length} file(s) not finished yet: ${some}`;
}

export = (RED: NodeAPI): void => {
  function FolderWatchNode(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "folder-watch");
    markUnwired(RED, this, config, status, 1, "begins");
    let watch: FolderWatch | undefined;
    let stopListening: (() => void) | undefined;
    let closed = false;
    let unfinishedBefore = "";

    const begin = async () => {
      const client = await clientOf(RED, this, status, config.client);
      if (closed) return;
      const pdfFolder = settingText(config.pdfFolder);
      const limits = everySetting({
        interval: () => settingNumber("interval", config.interval, 2, 0.2) * 1000,
        maxInFlight: () => settingNumber("maxInFlight", config.maxInFlight, 20, 1),
        incompleteAfter: () => settingNumber("incompleteAfter", config.incompleteAfter, 600, 1) * 1000,
        mostBytes: () => Math.floor(settingNumber("maxSize", config.maxSize, LARGEST / MEGABYTE, 0.001) * MEGABYTE),
        createBoxes: () => settingFlag("createBoxes", config.createBoxes, true),
        pdfWait: () => settingNumber("pdfWait", config.pdfWait, 60) * 1000,
      });
      const { maxInFlight } = limits;
      watch = new FolderWatch(
        client,
        {
          owner: this.id,
          businesses: settingText(config.businesses)
            .split(/[,，;；\s]+/)
            .filter(Boolean),
          ...limits,
          pdfFolder: pdfFolder === "" ? undefined : resolve(client.settings.root, pdfFolder),
        },
        {
          onClaim: (row, payload) => {
            const message: FlowMessage = {
              _msgid: RED.util.generateId(),
              payload,
              filename: row.fileName,
              document: handleOf(row),
            };
            remember(client, message);
            this.send(message);
          },
          onNotice: (error) => {
            const { code, text } = error;
            // A ledger that is away, or a root that another process has, meets every file and every round.
            const everywhere = EVERYWHERE.has(code);
            const told = !everywhere || client.notice(code, text.zh, text.en);
            if (!everywhere) this.warn(spoken(error));
            if (told) client.record("notice", "", "", code, text.zh);
            status.show("yellow", "ring", "fault");
          },
          onRound: ({ inFlight, withoutPdfs, away, noFolder, troubles, unfinished }) => {
            if (unfinished.length > 0 && unfinished.join() !== unfinishedBefore) this.log(unfinishedText(unfinished));
            unfinishedBefore = unfinished.join();
            if (away > 0) status.show("red", "ring", "away");
            else if (noFolder && inFlight === 0) status.show("yellow", "ring", "nofolder");
            else if (troubles > 0 && inFlight < maxInFlight) status.show("yellow", "ring", "fault");
            else if (withoutPdfs > 0 && inFlight < maxInFlight) {
              status.show("yellow", "dot", counted("pdfs", withoutPdfs));
            } else if (unfinished.length > 0 && inFlight < maxInFlight) status.show("yellow", "dot", "unfinished");
            else if (inFlight === 0) status.show("green", "ring", counted("waiting", client.lease.count));
            else if (inFlight < maxInFlight) status.show("green", "dot", "claimed");
            else status.show("blue", "dot", "full");
          },
        },
      );
      watch.start();
      stopListening = releaseAfterDeploys(RED, client.claims.inFlight, this.id);
    };
    checkConfig(RED, this, status, begin);
    onClose(this, async () => {
      closed = true;
      status.close();
      stopListening?.();
      await watch?.stop();
    });
  }
  RED.nodes.registerType("sw-folder-watch", FolderWatchNode);
};
