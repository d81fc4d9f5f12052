import { entry } from "../entry.js";
import type { CodeTable } from "../types.js";

const LIST = "codes.csv DEC.CHANNEL";
const TWO_SOURCES = `${LIST}, sources differ`;
const FIX = ["按回执说明修改后重新申报", "Correct the declaration as the receipt says and declare it again"] as const;
const WAIT = ["等待海关后续回执", "Wait for the next receipt"] as const;

/**
 * CHANNEL of DEC_RESULT (domain 1.1). Codes are case-sensitive. Where sources disagree the newer or more frequent meaning
 * comes first and `otherwise` has the other; a user's advice file overrides any of them.
 */
const channel: CodeTable = {
  list: "DEC.CHANNEL",
  formats: ["DEC_RESULT"],
  entries: [
    entry("1", "notice", ["已保存未申报", "saved, not declared"], LIST, {
      action: ["在单一窗口网页或用 OperType C 的报文申报", "Declare it on the web page, or send it with OperType C"],
    }),
    entry("2", "notice", ["已修改未申报", "changed, not declared"], LIST, {
      action: ["在单一窗口网页确认后申报", "Check it on the web page and declare it"],
    }),
    entry("3", "notice", ["上载成功", "uploaded"], TWO_SOURCES, { otherwise: ["已申报", "declared"], action: WAIT }),
    entry("4", "refused", ["上载失败", "upload failed"], LIST, { action: FIX }),
    entry("7", "good", ["申报成功（电子口岸入库）", "declared, stored at the data centre"], LIST),
    entry("8", "refused", ["申报失败", "declaration failed"], TWO_SOURCES, {
      otherwise: ["用户已删除该单", "deleted by the user"],
      cause: ["操作员没有申报权限，或单据已被删除", "The operator may not declare, or the declaration was deleted"],
      action: [
        "核对操作员权限及单据是否仍在网页上",
        "Check the operator's rights, and whether it still is on the web page",
      ],
    }),
    entry("9", "refused", ["处理失败", "processing failed"], TWO_SOURCES, {
      otherwise: ["未知错误", "unknown error"],
      action: FIX,
    }),
    entry("A", "refused", ["放行前删除", "deleted before release"], TWO_SOURCES, {
      otherwise: ["异常，转人工处理", "an exception that is handled by hand"],
      action: ["联系申报地海关确认该单状态", "Ask the customs office of declaration where it stands"],
    }),
    entry("B", "notice", ["担保放行", "released on guarantee"], LIST, {
      action: ["货物可提离；按期办结担保手续", "The goods may leave; settle the guarantee in time"],
    }),
    entry("C", "notice", ["查验通知", "inspection notice"], LIST, {
      action: [
        "联系现场海关安排查验，准备随附单据",
        "Arrange the inspection with the customs office and have the papers ready",
      ],
    }),
    entry("D", "refused", ["海关删单（放行后删除）", "deleted by customs, after release"], LIST, {
      action: ["联系申报地海关确认删单原因", "Ask the customs office of declaration why"],
    }),
    entry("E", "refused", ["退单 / 不受理", "rejected, not accepted"], LIST, { action: FIX }),
    entry("F", "notice", ["放行交单", "released, papers to be handed in"], LIST, {
      action: ["向海关递交纸质单证", "Hand the papers in at customs"],
    }),
    entry("G", "notice", ["接单交单", "papers to be handed in"], TWO_SOURCES, {
      otherwise: ["已审结", "review finished"],
      action: [
        "按现场海关要求交单；无纸通关的等待后续回执",
        "Hand papers in if the office wants them; otherwise wait for the next receipt",
      ],
    }),
    entry("H", "notice", ["挂起", "suspended"], LIST, {
      action: ["联系申报地海关了解挂起原因", "Ask the customs office of declaration for the reason"],
    }),
    entry("I", "good", ["无纸放行", "paperless release"], LIST),
    entry("J", "notice", ["通关无纸化审结", "paperless review finished"], LIST, {
      action: ["需缴税的办理税费手续，然后等待放行", "Pay duties where there are any, then wait for release"],
    }),
    entry("K", "notice", ["无纸担保放行", "paperless release on guarantee"], LIST, {
      action: ["货物可提离；按期办结担保手续", "The goods may leave; settle the guarantee in time"],
    }),
    entry("L", "good", ["海关入库", "stored by customs"], LIST),
    entry("M", "notice", ["重审", "reviewed again"], LIST, { action: WAIT }),
    entry("N", "refused", ["重传文件", "send the files again"], TWO_SOURCES, {
      otherwise: ["失败", "failed"],
      action: [
        "核对随附单据后重新上传；仍无后续回执时联系客服",
        "Check the attachments and upload them again; without a further receipt ask the service desk",
      ],
    }),
    entry("O", "good", ["准予进卡", "may enter the gate"], LIST),
    entry("P", "good", ["放行", "released"], LIST),
    entry("Q", "notice", ["验估反馈", "valuation feedback"], LIST, {
      action: ["按验估要求补充资料", "Supply what the valuation asks for"],
    }),
    entry("R", "good", ["结关", "cleared"], LIST),
    entry("S", "notice", ["施检", "inspection under way"], TWO_SOURCES, {
      otherwise: ["旧系统中表示 QP 处理失败", "in the old system: QP processing failed"],
      action: [
        "等待检验结果；如长时间无后续回执，在网页核对状态",
        "Wait for the result; if nothing follows, look the status up on the web page",
      ],
    }),
    entry("T", "notice", ["需交税费", "duties to be paid"], LIST, { action: ["办理税费支付", "Pay the duties"] }),
    entry("U", "refused", ["重新申报", "to be declared again"], LIST, { action: FIX }),
    entry("V", "notice", ["转现场验估", "sent to on-site valuation"], LIST, { action: WAIT }),
    entry("W", "good", ["无纸审结（验放）", "paperless review finished"], LIST),
    entry("X", "good", ["准予进港（洋山）", "may enter the port"], LIST),
    entry("Y", "refused", ["电子口岸退单", "rejected by the data centre"], TWO_SOURCES, {
      otherwise: ["申报失败或无申报权限", "declaration failed, or no right to declare"],
      cause: ["逻辑校验未通过，或操作员没有权限", "A check of the content failed, or the operator lacks the right"],
      action: FIX,
    }),
    entry("Z", "refused", ["退回修改", "returned for change"], LIST, { action: FIX }),
    entry("#", "good", ["准予进卡（旧代码）", "may enter the gate (old code)"], LIST),
    entry("a", "good", ["签证，检务收单", "inspection papers received, certificate issued"], LIST),
    entry("b", "good", ["已发检验检疫审核", "sent to inspection and quarantine"], LIST),
    entry("c", "notice", ["检验检疫撤单", "inspection application withdrawn"], LIST, {
      action: ["确认是否为本企业撤单", "Check whether you withdrew it yourself"],
    }),
    entry("d", "good", ["申请检验检疫成功", "inspection application accepted"], LIST),
    entry("SpL", "good", ["概要申报海关入库", "summary declaration stored by customs"], LIST),
    entry("SpE", "refused", ["概要申报退单", "summary declaration rejected"], LIST, { action: FIX }),
    entry("SpJ", "good", ["概要申报审结", "summary declaration reviewed"], LIST),
    entry("Sp1", "notice", ["要求补充申报", "complete declaration requested"], LIST, {
      action: ["在规定期限内做完整申报", "Send the complete declaration within the time allowed"],
    }),
    entry("SpC", "notice", ["查验通知（两步申报）", "inspection notice (two-step declaration)"], LIST, {
      action: ["联系现场海关安排查验", "Arrange the inspection with the customs office"],
    }),
    entry("SpK", "good", ["提货放行", "released for pick-up"], LIST),
    entry("f0", "refused", ["客户端错误（个别软件自定义）", "client error (one producer's own code)"], LIST, {
      action: ["查看客户端日志", "Look into the client's log"],
    }),
    entry("F1", "refused", ["暂存失败（个别软件自定义）", "storing failed (one producer's own code)"], LIST, {
      action: FIX,
    }),
    entry("S0", "good", ["暂存成功（个别软件自定义）", "stored (one producer's own code)"], LIST),
    entry("E0", "good", ["表格已申报（个别软件自定义）", "form declared (one producer's own code)"], LIST),
    entry("E1", "good", ["表格申报成功（个别软件自定义）", "form accepted (one producer's own code)"], LIST),
  ],
};

export const tables: readonly CodeTable[] = [channel];
