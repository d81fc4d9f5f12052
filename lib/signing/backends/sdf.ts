import type { Backend } from "../backends.js";
import { SdfCard } from "../sdf/backend.js";
import { SDF_FAULTS } from "../sdf/faults.js";

/** An HSM by GM/T 0018, over its vendor's library: what the official client calls 加密机. */
export const backend: Backend = {
  name: "sdf",
  title: { zh: "加密机（SDF，GM/T 0018）", en: "HSM (SDF, GM/T 0018)" },
  // 三未信安's, the one of the names in the official client's settings that is a file's.
  usualModules: {
    win32: [["swsds", "C:\\Windows\\System32\\swsds.dll"]],
    linux: [["swsds", "/usr/lib/libswsds.so", "/usr/lib64/libswsds.so", "/usr/local/lib/libswsds.so"]],
  },
  needsPin: () => true,
  prerequisites: ({ module, certificateFile = "" }) => [
    { package: "koffi", what: { zh: "SDF 加密机", en: "for an SDF HSM" } },
    { file: module, setting: "module", what: { zh: "SDF 库（加密机驱动）", en: "the SDF library (the HSM's driver)" } },
    ...(certificateFile === ""
      ? [{ file: "", setting: "certificateFile", what: { zh: "证书文件", en: "the certificate file" } }]
      : []),
  ],
  faults: SDF_FAULTS,
  open: (settings, attempts) => new SdfCard(settings, attempts),
};
