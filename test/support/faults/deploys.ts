import { type Fault, pause, type Scene } from "./fault.js";

const CHANGED = ["sw-card", "sw-card-sign", "sw-preflight", "sw-validate-xsd", "sw-zip", "sw-settle", "sw-mq-send"];
const ALL = [...CHANGED, "sw-mq-broker", "sw-mq-receive", "sw-receipt-parse", "sw-folder-watch", "sw-import-client"];

async function deployOnce({ deployer, random }: Scene): Promise<void> {
  const type = random.pick(ALL);
  switch (random.pick(["touch", "touch", "disable", "remove", "renumber", "full", "flows", "reload"] as const)) {
    case "touch":
      return deployer.touch(type);
    case "disable":
      await deployer.disable(type, true);
      await pause(random.between(50, 1500));
      return deployer.disable(type, false);
    case "remove": {
      const putBack = await deployer.remove(type);
      await pause(random.between(50, 1500));
      return putBack();
    }
    case "renumber":
      return deployer.renumber(type);
    case "full":
      return deployer.deploy("full");
    case "flows":
      return deployer.touchTabs();
    case "reload":
      return deployer.deploy("reload");
  }
}

/** Deploys of every kind, one after the other. */
export const DEPLOYS: Record<string, Fault> = {
  deploys: {
    begin: async (scene) => {
      const { stage, random } = scene;
      for (let times = random.between(3, 10); times > 0; times--) {
        if (random.between(1, 20) > 1) await deployOnce(scene);
        else {
          // Killed in the middle of a deploy, whose answer then never comes.
          const deploying = deployOnce(scene).catch(() => undefined);
          await pause(random.between(0, 200));
          await stage.nodeRed.kill("SIGKILL");
          await deploying;
          await stage.startNodeRed();
        }
        await pause(random.between(50, 800));
      }
      return () => {};
    },
  },
};
