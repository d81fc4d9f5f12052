import { entry } from "../entry.js";
import type { CodeEntry, CodeTable } from "../types.js";

const LIST = "codes.csv controlError, domain B";

/** What the card control says when it fails (domain 3). */
export const cardFaults: readonly CodeEntry[] = [
  entry("51571", "refused", ["卡密码错误（C134，51571）", "wrong card PIN (C134, 51571)"], `${LIST}, faq 13`, {
    cause: [
      "设置的密码不是这张卡的密码；“还可以重试一次”表示再错一次就锁卡",
      "the PIN that is set is not this card's; “还可以重试一次” means that one more wrong try locks it",
    ],
    action: [
      "不要重发。先在“IC 卡/加密机”节点（官方客户端为“用户设置-卡/加密机”）把密码改对；改密码或人工解除之前，本软件不再向该卡发送密码",
      "do not send again. Correct the PIN in the card node first; no further PIN goes to the card until it is changed or a person releases it",
    ],
  }),
  entry("50070", "refused", ["读卡器复位失败（50070）", "the reader could not be reset (50070)"], LIST, {
    cause: ["卡没有插好、接触不良或读卡器故障", "the card sits badly, or the reader is at fault"],
    action: ["重新插卡，换一个 USB 口再试", "insert the card again, try another USB port"],
  }),
  entry("50200", "refused", ["打开读卡器失败（50200）", "the reader could not be opened (50200)"], LIST, {
    cause: ["没有插卡、没有读卡器，或读卡器被别的程序占用", "no card, no reader, or another program holds the reader"],
    action: [
      "插好卡和读卡器，关闭其他使用该卡的程序",
      "insert card and reader, close other programs that use the card",
    ],
  }),
  entry("51590", "refused", ["提示插卡（51590）", "the card is missing (51590)"], LIST, {
    cause: ["读卡器里没有卡", "there is no card in the reader"],
    action: ["插入电子口岸卡，单据会在卡可用后继续", "insert the card; documents go on once it is there"],
  }),
  entry(
    "Base60408",
    "refused",
    ["连接卡控件失败（Base60408）", "the card control could not be reached (Base60408)"],
    LIST,
    {
      cause: [
        "卡控件未安装、未启动，或端口被防火墙拦截",
        "the control is not installed or running, or a firewall blocks its port",
      ],
      action: ["启动（或重装）电子口岸客户端控件后再试", "start (or reinstall) the card control and try again"],
    },
  ),
  entry(
    "Base50000",
    "refused",
    ["传给卡控件的参数错误（Base50000）", "wrong arguments to the card control (Base50000)"],
    LIST,
    {
      cause: ["调用方法或参数与控件版本不符", "method or arguments do not fit this version of the control"],
      action: ["不要重试；升级控件，并把日志发给软件维护者", "do not retry; update the control and report the log"],
    },
  ),
  entry(
    "Base60000",
    "refused",
    ["文件上传失败或本地文件不存在（Base60000）", "upload failed, or the local file is missing (Base60000)"],
    LIST,
    {
      cause: ["要签名或上传的文件已被移走", "the file to be signed or uploaded has gone"],
      action: ["确认文件仍在原处后重发", "make sure that the file is there and send again"],
    },
  ),
  entry(
    "Base60017",
    "refused",
    ["控件返回 Base60017，含义未公开", "the control says Base60017, which is not documented"],
    LIST,
    {
      action: [
        "重启控件后重试一次；仍出现时把日志发给客服",
        "restart the control and try once more; then give the log to the service desk",
      ],
    },
  ),
];

/** The client puts `Custom` in front of the control's numbers (faq 13). */
const asTheClientSays = cardFaults
  .filter(({ code }) => /^\d/.test(code))
  .map((fault) => ({ ...fault, code: `Custom${fault.code}` }));

export const tables: readonly CodeTable[] = [
  { list: "controlError", formats: [], entries: [...cardFaults, ...asTheClientSays] },
  // `_status` of the control's own replies; it comes in no receipt.
  {
    list: "controlError",
    formats: ["control"],
    entries: [entry("00", "good", ["控件正常（_status）", "the control says all is well (_status)"], LIST)],
  },
];
