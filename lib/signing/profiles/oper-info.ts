import type { SigningProfile } from "../types.js";
import { type FieldSignOptions, fieldSign } from "./field-sign.js";

/** 代理委托: `OperInfo/Sign` (512), between CopCusCode and OperType (domain 1.5). */
export function operInfo(options: FieldSignOptions = {}): SigningProfile {
  return fieldSign(
    {
      name: "oper-info",
      container: "OperInfo",
      signature: "Sign",
      length: 512,
      behind: { Sign: ["CopCusCode"] },
      key: "CopCusCode",
    },
    options,
  );
}
