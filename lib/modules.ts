import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * What every module of a folder exports under one name, in the order of the files' names. This is how an index is found
 * from its folder: whoever adds a file adds nothing anywhere else. The folder holds such modules alone; it is read
 * once, while the program starts. Throws when a module does not have the export, and what the module throws.
 */
export function exportsIn<T>(folder: string, name: string): T[] {
  // As the compiler left them in `dist/`, or as they are written when they run through tsx.
  const modules = readdirSync(folder).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
  return modules.sort().map((file) => {
    const exported = (require(join(folder, file)) as Record<string, unknown>)[name];
    if (exported === undefined) throw new Error(`${join(folder, file)} does not export ${name}`);
    return exported as T;
  });
}
