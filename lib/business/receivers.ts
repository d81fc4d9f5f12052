import { businessOfFolder } from "./index.js";

/** DXP receivers of folders that no business here owns, or that differ from their business's (domain 2, one published file). */
const BY_FOLDER: readonly [folder: RegExp, receiver: string][] = [
  [/^decedoc/i, "DXPDSWDECEDOC002"],
  [/^decsub/i, "DXPDSWDECSUB0001"],
  [/^rmft/i, "DXPDSWRMFT000001"],
  [/^tmft/i, "DXPDSWTMFT000001"],
  [/^nems/i, "DXPDSWNEMS000001"],
  [/^npts/i, "DXPDSWNPTS000001"],
  [/^acmp/i, "DXPDSWACMP000001"],
  [/^ail/i, "DXPDSWLICENCE001"],
  [/^cdsal/i, "DXPDSWCDSAL00001"],
  [/^cds/i, "DXPDSWCDS0000001"],
  [/^tcds/i, "DXPDSWTCDS000001"],
  [/^exb/i, "DXPDSWEXB0000001"],
  [/^njcf/i, "DXPDSWNJCF000001"],
  [/^impceb/i, "DXPDSWIMPCEB0001"],
];

/** Who receives what lies in a folder, as a DxpMsg names it; empty where it is not known. */
export function receiverOfFolder(folder: string): string {
  return BY_FOLDER.find(([pattern]) => pattern.test(folder))?.[1] ?? businessOfFolder(folder)?.receiver ?? "";
}
