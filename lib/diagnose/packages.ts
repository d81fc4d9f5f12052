import type { Bilingual } from "../errors.js";
import { compilerCommand, hasCompiler, type Machine, THIS_MACHINE } from "./compiler.js";
import type { Missing } from "./prerequisites.js";

/** `unbuilt`: it is installed, and not compiled, or for another Node.js. */
export type PackageState = "there" | "absent" | "unbuilt";

/** Loads an optional package: one with native code may be there and be of no use. */
export async function stateOf(name: string): Promise<PackageState> {
  try {
    await import(name);
    return "there";
  } catch {
    return isInstalled(name) ? "unbuilt" : "absent";
  }
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What is said of a package that cannot be loaded, with the commands that mend it. npm leaves an optional package out without a word
 * where it cannot be compiled, so the missing compiler comes first.
 */
export function missingPackage(
  { name, what, native, state }: { name: string; what: Bilingual; native: boolean; state: PackageState },
  machine: Machine = THIS_MACHINE,
): Missing {
  const compiler = native && !hasCompiler(machine);
  const first = compiler
    ? {
        zh: `先安装编译器：${compilerCommand(machine).zh}；再`,
        en: `First install a compiler: ${compilerCommand(machine).en}. Then run`,
      }
    : { zh: "请", en: "Run" };
  const command = state === "unbuilt" ? `npm rebuild ${name}` : `npm install ${name}`;
  const why = {
    zh: `${state === "unbuilt" ? `${name} 没有为 Node.js ${process.versions.node} 编译` : `缺少 ${name}`}`,
    en: `${state === "unbuilt" ? `${name} is not compiled for Node.js ${process.versions.node}` : `${name} is missing`}`,
  };
  return {
    setting: "",
    text: {
      zh: `${why.zh}（${what.zh}）${compiler ? "，且本机没有编译器" : ""}`,
      en: `${why.en} (${what.en})${compiler ? ", and this machine has no compiler for it" : ""}`,
    },
    advice: {
      zh: `${first.zh}在 Node-RED 用户目录中执行 ${command}，然后重启 Node-RED。`,
      en: `${first.en} ${command} in Node-RED's user directory, then restart Node-RED.`,
    },
  };
}
