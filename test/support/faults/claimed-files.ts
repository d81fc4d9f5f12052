import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { atOnce, type Fault, type Scene } from "./fault.js";

const MOST = 4;

/** The own number in the name of a claimed file, `<id>__<own number>.xml` or `.zip`. */
const keyIn = (name: string) => /__(\w+)\.(?:xml|zip)$/.exec(name)?.[1];

/**
 * Each in its own way: gone, half, empty, or another declaration altogether. That one may go out, for itself: nobody can tell it from a correction
 * that took the file's place in the moment of the claim.
 */
function layHandsOn({ random, stage }: Scene, path: string): void {
  const way = random.pick(["delete", "truncate", "empty", "replace"] as const);
  if (way === "delete") rmSync(path, { force: true });
  else if (way === "replace") {
    const key = freshKey();
    stage.noteLoad([key]);
    writeFileSync(path, decXml({ key, goods: 2 }));
  } else truncateSync(path, way === "empty" ? 0 : Math.floor(statSync(path).size / 2));
}

function tamper(scene: Scene): void {
  const box = scene.stage.box("DecCus001", "TempBox");
  const claimed = readdirSync(box).filter((name) => keyIn(name) !== undefined);
  for (let times = Math.min(MOST, claimed.length); times > 0; times--) {
    const name = scene.random.pick(claimed);
    scene.tampered.add(keyIn(name) as string);
    try {
      layHandsOn(scene, join(box, name));
    } catch {
      // It has been settled meanwhile.
    }
  }
}

/** A hand in TempBox: what is sent for a document has to be what was handed in, or nothing. */
export const CLAIMED_FILES: Record<string, Fault> = {
  "files changed after the claim": atOnce(async (scene) => tamper(scene)),
  "files changed while they wait for the broker": {
    lasts: [500, 6_000],
    begin: async (scene) => {
      scene.theatre.broker.pause();
      tamper(scene);
      return () => {
        tamper(scene);
        scene.theatre.broker.resume();
      };
    },
  },
};
