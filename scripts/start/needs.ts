import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PlainError } from "../plain-error.js";
import { rabbitScripts } from "../private-broker.js";

/** The file of a program on PATH; undefined when there is none. */
export function programOnPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

export const onPath = (program: string): boolean => programOnPath(program) !== undefined;

/** What a demo cannot bring by itself, by the name of its Debian package. */
export interface Machine {
  platform: NodeJS.Platform;
  hasRabbit: boolean;
  hasOpenssl: boolean;
}

const here = (): Machine => ({
  platform: process.platform,
  hasRabbit: rabbitScripts() !== undefined,
  hasOpenssl: onPath("openssl"),
});

/** Errors: PlainError, one line that says what to install, when this machine lacks what a demo needs. */
export function assertCanRunDemo({ platform, hasRabbit, hasOpenssl }: Machine = here()): void {
  if (platform === "win32") {
    throw new PlainError(
      "演示只能在 Linux、macOS 上运行，Windows 上请用 WSL；没有启动任何程序。 / " +
        "The demo runs on Linux and macOS, on Windows in WSL: nothing was started.",
    );
  }
  const missing = [...(hasRabbit ? [] : ["rabbitmq-server"]), ...(hasOpenssl ? [] : ["openssl"])];
  if (missing.length === 0) return;
  const how =
    platform === "darwin"
      ? `brew install ${missing.map((name) => name.replace("-server", "")).join(" ")}`
      : `sudo apt-get install ${missing.join(" ")}`;
  throw new PlainError(
    `演示缺少 ${missing.join("、")}，没有启动任何程序；请先安装，例如 ${how} / ` +
      `The demo needs ${missing.join(" and ")}, nothing was started: install it, e.g. ${how}`,
  );
}
