import type { Host } from "../host.js";
import type { Ledger } from "../ledger/index.js";
import type { Reports } from "./reports.js";

/** Warns once when this is another machine than last time (faq client 1). */
export async function checkHost({
  ledger,
  host,
  reports,
}: {
  ledger: Ledger;
  host: Host;
  reports: Reports;
}): Promise<void> {
  const fingerprint = host.fingerprint();
  const known = await ledger.fact("host");
  if (known === fingerprint) return;
  await ledger.setFact("host", fingerprint);
  if (known === undefined) return;
  reports.notice(
    "SW-HOST",
    "检测到电脑或网卡变更。若官方登录提示设备绑定错误：用申请客户端的账号登录单一窗口，用户管理 → 自动导入客户端申请 → 解除设备绑定，或联系单一窗口客服。若本机是克隆出来的，而原机器仍在运行，请停掉其中一台，否则两台会重复发送。",
    "This machine or its network cards changed. If the Single Window refuses the device: log in with the account that applied for the client, 用户管理 → 自动导入客户端申请 → 解除设备绑定, or call its service desk. If this machine was cloned from one that still runs, stop one of the two: both would send the same.",
  );
}
