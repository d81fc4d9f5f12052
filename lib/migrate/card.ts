import { isWindowsPath } from "../files/names.js";
import type { OfficialEncryptor, OfficialSettings } from "./official-settings.js";
import { mapped, type PathMapping } from "./places.js";
import type { Answers, PlanDraft } from "./plan-draft.js";

/** Is it an HSM that signs? One has no certificate in it, so the official client has that in a file. */
export function usesHsm(encryptor: OfficialEncryptor | undefined): encryptor is OfficialEncryptor {
  return encryptor !== undefined && /hsm/i.test(encryptor.device) && encryptor.certificateFile !== "";
}

/** Card or HSM. The PIN stays where it is. `platform`: of the machine that will run it. */
export function mapCard(
  draft: PlanDraft,
  { encryptor, hasPin }: OfficialSettings,
  { mappings = [] }: Answers,
  platform: string,
): void {
  if (hasPin) {
    draft.say(
      "left",
      "UserPin …",
      "密码不读取、不复制；请自行填写到“IC 卡/加密机”节点或环境变量 SW_CARD_PIN",
      "PINs and passwords are neither read nor copied: enter the PIN in the card node or in SW_CARD_PIN",
    );
  }
  if (!encryptor) return;
  const { cardId } = encryptor;
  if (/^[0-9A-Za-z]{13}$/.test(cardId)) {
    draft.set("card", "cardNumber", cardId, {
      kind: "taken",
      from: "EportCardID",
      value: cardId,
      text: { zh: `卡号 ${cardId}`, en: `card number ${cardId}` },
    });
  } else if (cardId !== "") draft.say("left", "EportCardID", "不是 13 位卡号", "it is no card number of 13 characters");
  if (usesHsm(encryptor)) mapHsm(draft, encryptor, mappings, platform);
  else sayCard(draft, encryptor);
}

/** The vendor's SDF library, by the settings that the official client gives it. */
function mapHsm(
  draft: PlanDraft,
  { device, libraries, certificateFile, certificateIndex, configFile, address, port, type }: OfficialEncryptor,
  mappings: readonly PathMapping[],
  platform: string,
): void {
  const from = "EncryptorSetting";
  const named = [type && `EncryptorType ${type}`, device].filter(Boolean).join(", ");
  draft.set("card", "backend", "sdf", {
    kind: "mapped",
    from,
    value: named,
    text: {
      zh: `${named}：加密机，经厂商的 SDF 库接入（“IC 卡/加密机”节点“加密机（SDF）”）；实际用卡的请改选卡控件`,
      en: `${named}: an HSM, over its vendor's SDF library (card node, HSM (SDF)); choose the card control where a card signs after all`,
    },
  });
  draft.say(
    "left",
    "DeviceLibs",
    `${libraries || "没有库名"}：只是候选的库名，请把所用厂商库的路径填到 SW_PKCS11_MODULE`,
    `${libraries || "no library is named"}: names to choose from; set the path of your vendor's library in SW_PKCS11_MODULE`,
  );
  if (/^\d{1,5}$/.test(certificateIndex)) {
    draft.set("card", "sdfKeyIndex", certificateIndex, {
      kind: "taken",
      from: "CertIndex",
      value: certificateIndex,
      text: { zh: `密钥号 ${certificateIndex}`, en: `key number ${certificateIndex}` },
    });
  }
  const path = (setting: string, name: string, given: string, zh: string, en: string) => {
    if (given === "") return;
    const here = mapped(given, mappings);
    if (platform !== "win32" && isWindowsPath(here)) {
      const why = [`${given}：${zh}，请填写它在本机的路径`, `${given}: ${en}; set its path on this machine`] as const;
      draft.say("left", name, ...why);
      return;
    }
    const text = { zh: `${zh} ${here}`, en: `${en} ${here}` };
    draft.set("card", setting, here, { kind: here === given ? "taken" : "mapped", from: name, value: given, text });
  };
  path("certificateFile", "EportCertFile", certificateFile, "证书文件", "certificate file");
  path("sdfConfig", "EncryptorConfigFile", configFile, "厂商配置", "vendor's settings");
  const place = [address, port].filter(Boolean).join(":");
  if (place !== "") {
    draft.say(
      "left",
      "IpAddr, Port",
      `${place}：加密机的地址写在厂商配置中，本软件不另设`,
      `${place}: the HSM's address stands in the vendor's settings; ours has none beside it`,
    );
  }
}

function sayCard(draft: PlanDraft, encryptor: OfficialEncryptor): void {
  const { certificateFile, libraries, device, configFile, address, port, certificateIndex, type } = encryptor;
  if (certificateFile !== "") {
    draft.say(
      "left",
      "EportCertFile",
      `${certificateFile}：本软件从卡中读取证书；卡中没有时再填到“IC 卡/加密机”节点“证书文件”`,
      `${certificateFile}: ours reads the certificate from the card; set it in the card node where the card has none`,
    );
  }
  const rest = [
    ...[device, libraries, certificateIndex && `CertIndex ${certificateIndex}`, configFile],
    [address, port].filter(Boolean).join(":"),
  ].filter(Boolean);
  if (type === "" && rest.length === 0) return;
  const facts = [type && `EncryptorType ${type}`, ...rest].filter(Boolean).join(", ");
  draft.say(
    "left",
    "EncryptorSetting",
    `${facts}：请在“IC 卡/加密机”节点选择接入方式：卡控件、SPSecureAPI 库（spsecure）、PKCS#11 或 SDF 加密机`,
    `${facts}: choose in the card node how it is reached: the card control, the SPSecureAPI library (spsecure), PKCS#11, or an SDF HSM`,
  );
}
