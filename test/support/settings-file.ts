import { join } from "node:path";

/** A settings file of the official client for some folders below a root, with a PIN in it. */
export function settingsFile(root: string, codes: readonly string[], pin: string): string {
  const boxes = (code: string) =>
    ["OutBox", "InBox", "SentBox", "FailBox", "TempBox"].map((box) => `${box}="${join(root, code, box)}"`).join(" ");
  const folders = codes.map((code) => `<SubFormSetting FormId="${code}" ${boxes(code)} MaxDegreeOfParallelism="2"/>`);
  return `<?xml version="1.0" encoding="utf-8"?>
<Settings><FormSettings><FormSetting Key="DEC" SystemId="DXPDSWDEC0000002">${folders.join("")}</FormSetting></FormSettings>
<UserPin>${pin}</UserPin><EncryptorSetting UserPin='${pin}'/><TimeInterval>1</TimeInterval><RetentionDays>7</RetentionDays></Settings>`;
}
