import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Bilingual } from "../errors.js";
import { makePath } from "../make-path.js";

/** Where the PIN guard's record lies when it is to lie in a folder of one's own choice. Read from the process's environment only. */
export const GUARD_VARIABLE = "SW_PIN_GUARD";

const FOLDER = "single-window";
const FILE = "pin-guard.db";

/** What decides where the record lies; the process's own by default. */
export interface Machine {
  environment: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  home: string;
}

const here = (): Machine => ({ environment: process.env, platform: process.platform, home: homeOr("/") });

/** An account without a home folder, as some containers have, makes `homedir` throw. */
function homeOr(other: string): string {
  try {
    return homedir();
  } catch {
    return other;
  }
}

/** The folder that all accounts of a machine know, and the one of the account alone. */
export function guardFolders({ environment, platform, home }: Machine = here()): { machine: string; user: string } {
  if (platform === "win32") {
    return {
      machine: join(environment.ProgramData || "C:\\ProgramData", FOLDER),
      user: join(environment.LOCALAPPDATA || join(home, "AppData", "Local"), FOLDER),
    };
  }
  if (platform === "darwin") {
    const support = join("Library", "Application Support", FOLDER);
    return { machine: join("/", support), user: join(home, support) };
  }
  return {
    machine: join("/var/lib", FOLDER),
    user: join(environment.XDG_STATE_HOME || join(home, ".local", "state"), FOLDER),
  };
}

/**
 * The file of the PIN guard's record; its folder is made when it is missing. That is the folder that SW_PIN_GUARD names, else the
 * machine's, else, where this account may not make that one, the account's own. A record that the account began stays the one it
 * uses: a guard that is closed must not open because another folder can be written today. A machine's folder that is there and
 * cannot be used is no reason for another one either. Throws what the file system says.
 */
export function guardFile(machine: Machine = here()): string {
  const set = machine.environment[GUARD_VARIABLE];
  const folders = guardFolders(machine);
  const own = join(folders.user, FILE);
  const folder = set ? resolve(set) : existsSync(own) ? folders.user : undefined;
  if (folder !== undefined) return join(made(folder), FILE);
  try {
    return join(made(folders.machine), FILE);
  } catch {
    return join(made(folders.user), FILE);
  }
}

function made(folder: string): string {
  makePath(folder, 0o700);
  return folder;
}

/** What a person should know of where the record lies; undefined when all is well. A container takes it along when it is removed. */
export function guardWarning(
  { environment }: Pick<Machine, "environment"> = here(),
  inContainer = existsSync("/.dockerenv") || existsSync("/run/.containerenv"),
): Bilingual | undefined {
  if (!inContainer || environment[GUARD_VARIABLE]) return undefined;
  return {
    zh: `容器内未设置 ${GUARD_VARIABLE}：PIN 保护的记录会随容器一起删除，请将其设为数据卷中的文件夹`,
    en: `${GUARD_VARIABLE} is not set in this container: the PIN guard's record is lost with it. Set it to a folder on a volume`,
  };
}
