import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Bilingual } from "../errors.js";
import { neutral } from "../errors.js";

/** What is asked of the machine; a test gives another one. */
export interface Machine {
  platform: NodeJS.Platform;
  /** The folders that programs are looked for in. */
  path: string;
  exists(file: string): boolean;
}

export const THIS_MACHINE: Machine = {
  platform: process.platform,
  path: process.env.PATH ?? "",
  exists: (file) => {
    try {
      accessSync(file, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  },
};

/** Where Microsoft's build tools say what of them is installed. */
const VSWHERE = "C:\\Program Files (x86)\\Microsoft Visual Studio\\Installer\\vswhere.exe";

/** Whether this machine can compile a native package for Node.js: node-gyp wants Python, make and a C++ compiler. */
export function hasCompiler(machine: Machine = THIS_MACHINE): boolean {
  const { platform, path, exists } = machine;
  if (platform === "win32") return exists(VSWHERE);
  const found = (name: string) => path.split(delimiter).some((folder) => folder !== "" && exists(join(folder, name)));
  return ["python3", "make"].every(found) && ["c++", "g++", "clang++"].some(found);
}

/** The package managers of Linux, by the program that each has, and how the three are installed with it. */
const INSTALLS: readonly [program: string, command: string][] = [
  ["/usr/bin/apt-get", "apt-get install -y python3 make g++"],
  ["/sbin/apk", "apk add python3 make g++"],
  ["/usr/bin/dnf", "dnf install -y python3 make gcc-c++"],
  ["/usr/bin/yum", "yum install -y python3 make gcc-c++"],
  ["/usr/bin/zypper", "zypper install -y python3 make gcc-c++"],
  ["/usr/bin/pacman", "pacman -S --needed python make gcc"],
];

/** The command that installs a compiler on this machine, to be run by its administrator. */
export function compilerCommand({ platform, exists }: Machine = THIS_MACHINE): Bilingual {
  if (platform === "darwin") return neutral("xcode-select --install");
  if (platform === "win32") {
    return neutral(
      'winget install Python.Python.3.12 && winget install Microsoft.VisualStudio.2022.BuildTools --override "--passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"',
    );
  }
  const command = INSTALLS.find(([program]) => exists(program))?.[1];
  return command === undefined
    ? { zh: "（安装 python3、make 和 C++ 编译器）", en: "(install python3, make and a C++ compiler)" }
    : neutral(command);
}
