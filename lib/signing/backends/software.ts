import type { Backend } from "../backends.js";
import { NO_CARD, SoftwareCard } from "../software.js";

/** A key in a file, for tests. */
export const backend: Backend = {
  name: "software",
  title: { zh: "密钥文件（仅测试）", en: "key file (tests only)" },
  testsOnly: NO_CARD,
  needsPin: () => false,
  prerequisites: ({ keyFile }) => [{ file: keyFile, setting: "keyFile", what: { zh: "密钥文件", en: "the key file" } }],
  open: (settings, attempts) => new SoftwareCard(settings, attempts),
};
