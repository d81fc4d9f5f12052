import type { NodeAPI } from "node-red";

/** The sidebar lives in the editor (sidebar.html); the runtime only has to know that the plugin is there. */
export = (RED: NodeAPI): void => {
  RED.plugins.registerPlugin("sw-sidebar", { type: "node-red-sidebar" });
};
