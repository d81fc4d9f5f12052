import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BOX_NAMES } from "../../../lib/files/box-place.js";
import { BOX_MARKER } from "../../../lib/files/names.js";
import type { Fault, Scene } from "./fault.js";

const BUSINESS = "DecCus001";

/** Where a folder lies while it is away: beside the root, since any folder in it with an OutBox is a business. */
const aside = ({ stage }: Scene, name: string) => join(stage.dir, `away-${name}`);

/** Puts a folder back as a person would who finds a new one in its place: what lies in the new one stays. */
function putBack(from: string, to: string): void {
  if (!existsSync(to)) {
    renameSync(from, to);
    return;
  }
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (existsSync(target) && statSync(target).isDirectory()) putBack(source, target);
    // Written before the folder went, and once more after it, since nobody could say that it had been.
    else if (existsSync(target) && readFileSync(source).equals(readFileSync(target))) rmSync(source);
    else if (existsSync(target)) throw new Error(`${name} is there twice, in ${from} and in ${to}`);
    else renameSync(source, target);
  }
  rmSync(from, { recursive: true });
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The folder is not there; then it is, with all that was in it. */
async function away(scene: Scene, path: string): Promise<() => void> {
  const isElsewhere = !path.startsWith(scene.stage.root);
  const place = isElsewhere ? `${path}.away` : aside(scene, `${basename(dirname(path))}-${basename(path)}`);
  if (!existsSync(path)) return () => {};
  renameSync(path, place);
  return () => putBack(place, path);
}

/** Nothing can be made in a folder, whoever asks: the tests may run as root, whom no permission stops. */
function block(path: string): () => void {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("chattr", ["+i", path], { stdio: "ignore" });
    return () => void execFileSync("chattr", ["-i", path], { stdio: "ignore" });
  } catch {
    const place = join(dirname(dirname(dirname(path))), "blocked");
    renameSync(path, place);
    writeFileSync(path, "a file where a folder should be");
    return () => {
      rmSync(path, { recursive: true });
      renameSync(place, path);
    };
  }
}

/** The root, a business or a box goes away, comes back, cannot be written. */
export const FOLDERS: Record<string, Fault> = {
  "a business away": { lasts: [500, 8_000], begin: (scene) => away(scene, join(scene.stage.root, BUSINESS)) },
  "a box away": {
    lasts: [500, 8_000],
    begin: (scene) => away(scene, scene.stage.box(BUSINESS, scene.random.pick(BOX_NAMES))),
  },
  "a box that cannot be written": {
    lasts: [500, 8_000],
    begin: async ({ stage, random }) => block(stage.box(BUSINESS, random.pick(BOX_NAMES))),
  },
  "a file where InBox should be": {
    lasts: [500, 8_000],
    begin: async (scene) => {
      const path = scene.stage.box(BUSINESS, "InBox");
      const putInBoxBack = await away(scene, path);
      // The client may have made a new one already.
      if (!existsSync(path)) writeFileSync(path, "");
      return () => {
        if (statSync(path).isFile()) rmSync(path);
        putInBoxBack();
      };
    },
  },
  "SentBox deleted": {
    begin: async (scene) => {
      scene.archiveGone = true;
      // Taken away at once: the client goes on putting files into it, which keeps it from being removed in its place.
      const gone = join(scene.stage.dir, `SentBox-gone-${Date.now()}`);
      const sentBox = scene.stage.box(BUSINESS, "SentBox");
      // Without its mark a box elsewhere is away, until a person says that it is the right one.
      if (scene.stage.elsewhere(BUSINESS).includes("SentBox")) {
        for (const name of readdirSync(sentBox))
          if (name !== BOX_MARKER) rmSync(join(sentBox, name), { recursive: true });
      } else if (existsSync(sentBox)) renameSync(sentBox, gone);
      rmSync(gone, { recursive: true, force: true });
      return () => {};
    },
  },
};

/** A box that lies elsewhere, by a setting, on a share of its own. */
export const ELSEWHERE: Record<string, Fault> = {
  "a box elsewhere away": {
    lasts: [500, 12_000],
    needsElsewhere: true,
    begin: async (scene) => {
      const path = scene.stage.box(BUSINESS, scene.random.pick(scene.stage.elsewhere(BUSINESS)));
      const putItBack = await away(scene, path);
      return () => {
        if (existsSync(path)) {
          scene.violations.push(`made in place of a box that is away: ${everyFile(path).join(", ") || "a folder"}`);
        }
        putItBack();
      };
    },
  },
  "an empty mount point for a box elsewhere": {
    lasts: [500, 12_000],
    needsElsewhere: true,
    begin: async (scene) => {
      // A producer would write into an empty OutBox.
      const boxes = scene.stage.elsewhere(BUSINESS).filter((box) => box !== "OutBox");
      const path = scene.stage.box(BUSINESS, scene.random.pick(boxes));
      const putItBack = await away(scene, path);
      mkdirSync(path);
      return () => {
        const made = readdirSync(path);
        if (made.length > 0) scene.violations.push(`made in the empty mount point of a box: ${made.join(", ")}`);
        rmSync(path, { recursive: true });
        putItBack();
      };
    },
  },
  "a box elsewhere that cannot be written": {
    lasts: [500, 12_000],
    needsElsewhere: true,
    begin: async ({ stage, random }) => block(stage.box(BUSINESS, random.pick(stage.elsewhere(BUSINESS)))),
  },
  "the shares of all boxes elsewhere away": {
    lasts: [500, 12_000],
    needsElsewhere: true,
    begin: async (scene) => {
      const back: (() => void)[] = [];
      for (const box of scene.stage.elsewhere(BUSINESS)) back.push(await away(scene, scene.stage.box(BUSINESS, box)));
      return () => {
        for (const putBack of back) putBack();
      };
    },
  },
};

/** The root itself: a share that is not mounted for a while. */
export const ROOT_AWAY: Fault = {
  lasts: [1_000, 20_000],
  begin: async (scene) => {
    const { root } = scene.stage;
    const place = aside(scene, "root");
    renameSync(root, place);
    return () => {
      if (existsSync(root)) {
        scene.violations.push(`made in place of the root that is away: ${everyFile(root).join(", ") || "folders"}`);
        rmSync(root, { recursive: true });
      }
      renameSync(place, root);
    };
  },
};

/** An empty mount point in its place. */
export const ROOT_EMPTY: Fault = {
  lasts: [1_000, 20_000],
  begin: async (scene) => {
    const { root } = scene.stage;
    const place = aside(scene, "root");
    renameSync(root, place);
    mkdirSync(root);
    return () => {
      const made = readdirSync(root);
      const files = everyFile(root).join(", ") || "no file";
      if (made.length > 0) scene.violations.push(`made in an empty mount point: ${made.join(", ")}; ${files}`);
      rmSync(root, { recursive: true });
      renameSync(place, root);
    };
  },
};
