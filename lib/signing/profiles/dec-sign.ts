import type { SigningProfile } from "../types.js";
import { type FieldSignOptions, fieldSign } from "./field-sign.js";

/** 报关单: `DecSign/Sign` (200) and `DecSign/Certificate` (20) (domain 1.1). */
export function decSign(options: FieldSignOptions = {}): SigningProfile {
  return fieldSign(
    {
      name: "dec-sign",
      container: "DecSign",
      signature: "Sign",
      length: 200,
      certificate: "Certificate",
      behind: {
        Sign: ["ClientSeqNo", "CopCode", "OperName"],
        Certificate: ["HostId", "SignDate", "Sign", "ClientSeqNo"],
      },
      key: "ClientSeqNo",
    },
    options,
  );
}
