import type { Backend } from "../backends.js";
import { SdfCard } from "../sdf/backend.js";

/** An HSM by GM/T 0018, over its vendor's library: what the official client calls 加密机. */
export const backend: Backend = {
  name: "sdf",
  title: { zh: "加密机（SDF，GM/T 0018）", en: "HSM (SDF, GM/T 0018)" },
  needsPin: () => true,
  prerequisites: ({ module, certificateFile = "" }) => [
    { package: "koffi", what: { zh: "SDF 加密机", en: "for an SDF HSM" } },
    { file: module, what: { zh: "SDF 库（加密机驱动）", en: "the SDF library (the HSM's driver)" } },
    ...(certificateFile === "" ? [{ file: "", what: { zh: "证书文件", en: "the certificate file" } }] : []),
  ],
  open: (settings, attempts) => new SdfCard(settings, attempts),
};
