import type { SigningProfile } from "../types.js";
import { type FieldSignOptions, fieldSign } from "./field-sign.js";

/** 手册 NPTS: `ImportInfo/Sign` behind MessageType, OpType, HostId, FileSize (domain 1.2, one source). */
export function importInfo(options: FieldSignOptions = {}): SigningProfile {
  return fieldSign(
    {
      name: "import-info",
      container: "ImportInfo",
      signature: "Sign",
      length: 512,
      behind: { Sign: ["FileSize", "HostId", "OpType", "MessageType"] },
      key: "MessageType",
    },
    options,
  );
}
