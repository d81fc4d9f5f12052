import type { Backend } from "../backends.js";
import { SpSecureCard } from "../spsecure/backend.js";
import { SPSECURE_FAULTS } from "../spsecure/faults.js";

/** The library that the card control brings along, without the control: one program at a time has the card. */
export const backend: Backend = {
  name: "spsecure",
  title: { zh: "电子口岸卡函数库（SPSecureAPI）", en: "electronic-port card's library (SPSecureAPI)" },
  usualModules: {
    win32: [["SPSecureAPI", "C:\\Windows\\System32\\SPSecureAPI.dll", "C:\\Windows\\SysWOW64\\SPSecureAPI.dll"]],
  },
  needsPin: () => true,
  prerequisites: ({ module }) => [
    { package: "koffi", what: { zh: "电子口岸卡函数库", en: "for the card's library" } },
    { file: module, setting: "module", what: { zh: "SPSecureAPI 库", en: "the SPSecureAPI library" } },
  ],
  faults: SPSECURE_FAULTS,
  open: (settings, attempts) => new SpSecureCard(settings, attempts),
};
