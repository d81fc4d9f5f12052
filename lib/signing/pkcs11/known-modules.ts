import type { UsualModules } from "../backends.js";

/** Where PKCS#11 modules lie when they are installed as their makers do it, by system. Cards of other makers are named by hand. */
export const USUAL_PKCS11: UsualModules = {
  linux: [
    [
      "OpenSC",
      "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
      "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
      "/usr/lib64/opensc-pkcs11.so",
      "/usr/lib64/pkcs11/opensc-pkcs11.so",
      "/usr/lib/opensc-pkcs11.so",
      "/usr/lib/pkcs11/opensc-pkcs11.so",
    ],
    [
      "SoftHSM2",
      "/usr/lib/softhsm/libsofthsm2.so",
      "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
      "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
      "/usr/lib64/softhsm/libsofthsm2.so",
      "/usr/lib64/pkcs11/libsofthsm2.so",
      "/usr/local/lib/softhsm/libsofthsm2.so",
    ],
    ["ePass2003", "/usr/lib/libcastle.so.1.0.0", "/usr/lib64/libcastle.so.1.0.0"],
    ["SafeNet", "/usr/lib/libeToken.so", "/usr/lib64/libeToken.so"],
    ["YubiKey", "/usr/lib/x86_64-linux-gnu/libykcs11.so", "/usr/lib64/libykcs11.so", "/usr/local/lib/libykcs11.so"],
    [
      "p11-kit",
      "/usr/lib/x86_64-linux-gnu/p11-kit-proxy.so",
      "/usr/lib/aarch64-linux-gnu/p11-kit-proxy.so",
      "/usr/lib64/p11-kit-proxy.so",
    ],
  ],
  darwin: [
    [
      "OpenSC",
      "/Library/OpenSC/lib/opensc-pkcs11.so",
      "/opt/homebrew/lib/opensc-pkcs11.so",
      "/usr/local/lib/opensc-pkcs11.so",
    ],
    ["SoftHSM2", "/opt/homebrew/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"],
    ["SafeNet", "/usr/local/lib/libeTPkcs11.dylib"],
    ["YubiKey", "/opt/homebrew/lib/libykcs11.dylib", "/usr/local/lib/libykcs11.dylib"],
  ],
  win32: [
    ["OpenSC", "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11\\opensc-pkcs11.dll"],
    ["SoftHSM2", "C:\\SoftHSM2\\lib\\softhsm2-x64.dll"],
    ["ePass2003", "C:\\Windows\\System32\\eps2003csp11.dll"],
    ["ePass3003", "C:\\Windows\\System32\\ShuttleCsp11_3003.dll"],
    ["SafeNet", "C:\\Windows\\System32\\eTPKCS11.dll"],
    ["YubiKey", "C:\\Program Files\\Yubico\\Yubico PIV Tool\\bin\\libykcs11.dll"],
  ],
};
