import { entry } from "./entry.js";
import type { CodeTable } from "./types.js";

const LIST = "codes.csv controlError, domain B";

/** Codes of the card control, with and without the `Custom` that the client puts in front (domain 3). */
const numbered = (code: string, ...rest: Parameters<typeof entry> extends [string, ...infer R] ? R : never) => [
  entry(code, ...rest),
  entry(`Custom${code}`, ...rest),
];

export const card: CodeTable = {
  list: "controlError",
  formats: [],
  entries: [
    ...numbered("51571", "refused", ["卡密码错误", "wrong card PIN"], `${LIST}, faq 13`, {
      cause: [
        "设置的卡密码与插入的卡不符；再错会锁卡（提示“还可以重试一次”时只剩一次）",
        "The PIN in the settings is not this card's; one more wrong try may lock the card",
      ],
      action: [
        "不要重发。先在“用户设置-卡/加密机”（本软件为 card 节点）改成正确的密码；本软件已停止向该卡发送密码，改密码或人工解除后继续",
        "Do not send again. Set the right PIN in the card node first; no further PIN goes to this card until the PIN is changed or a person releases it",
      ],
    }),
    ...numbered("50070", "refused", ["读卡器复位失败", "the reader could not be reset"], LIST, {
      cause: ["卡没有插好、接触不良或读卡器故障", "The card sits badly, or the reader is at fault"],
      action: ["重新插卡，换一个 USB 口再试", "Insert the card again, try another USB port"],
    }),
    ...numbered("50200", "refused", ["打开读卡器失败", "the reader could not be opened"], LIST, {
      cause: [
        "没有插卡、没有读卡器，或读卡器被别的程序占用",
        "No card, no reader, or another program holds the reader",
      ],
      action: [
        "插好卡和读卡器，关闭其他使用该卡的程序",
        "Insert card and reader, close other programs that use the card",
      ],
    }),
    ...numbered("51590", "refused", ["提示插卡", "insert the card"], LIST, {
      cause: ["读卡器里没有卡", "There is no card in the reader"],
      action: ["插入电子口岸卡，单据会在卡可用后继续", "Insert the card; documents go on once it is there"],
    }),
    entry("Base60408", "refused", ["连接客户端控件服务失败", "the card control could not be reached"], LIST, {
      cause: [
        "卡控件未安装、未启动，或端口被防火墙拦截",
        "The control is not installed or running, or a firewall blocks its port",
      ],
      action: ["启动（或重装）电子口岸客户端控件后再试", "Start (or reinstall) the card control and try again"],
    }),
    entry("Base50000", "refused", ["传给卡控件的参数错误", "wrong arguments to the card control"], LIST, {
      cause: ["调用方法或参数与控件版本不符", "Method or arguments do not fit this version of the control"],
      action: ["不要重试；升级控件，并把日志发给软件维护者", "Do not retry; update the control and report the log"],
    }),
    entry(
      "Base60000",
      "refused",
      ["文件上传失败或本地文件不存在", "file upload failed, or the local file is missing"],
      LIST,
      {
        cause: ["要签名或上传的文件已被移走", "The file to be signed or uploaded has gone"],
        action: ["确认文件仍在原处后重发", "Make sure that the file is there and send again"],
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
          "Restart the control and try once more; then give the log to the service desk",
        ],
      },
    ),
  ],
};

/** `_status` of the control's own replies; it comes in no receipt. */
export const cardStatus: CodeTable = {
  list: "controlError",
  formats: ["control"],
  entries: [entry("00", "good", ["控件正常（_status）", "the control says all is well (_status)"], LIST)],
};
