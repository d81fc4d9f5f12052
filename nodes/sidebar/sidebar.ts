import type { NodeAPI } from "node-red";

interface PluginApi extends NodeAPI {
  plugins: { registerPlugin(id: string, definition: { type: string }): void };
}

/** The sidebar lives in the editor (sidebar.html); the runtime only has to know that the plugin is there. */
export = (RED: NodeAPI): void => {
  (RED as PluginApi).plugins.registerPlugin("sw-sidebar", { type: "node-red-sidebar" });
};
