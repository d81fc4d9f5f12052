import { isEmpty, walk } from "../tree.js";
import type { FaultRule } from "./types.js";

/** Fields of a 报关单 that are numbers (field table, types decimal and digits). */
const NUMBERS = new Set([
  "ContaGoodsCount",
  "ContaGoodsWeight",
  "ContaSn",
  "ContainerWt",
  "ContrItem",
  "DeclPrice",
  "DeclTotal",
  "ExgVersion",
  "Factor",
  "FeeRate",
  "FirstQty",
  "GNo",
  "GQty",
  "GoodsContaWt",
  "GrossWet",
  "InsurRate",
  "InvoiceNum",
  "NetWt",
  "OtherRate",
  "PackNo",
  "PackQty",
  "SecondQty",
  "TransWeight",
  "WorkUsd",
]);

/** An empty numeric element: a Java exception's text comes back (faq 14). */
export const emptyNumber: FaultRule = {
  id: "empty-number",
  source: "faq 14",
  check({ document }) {
    if (document.family !== "dec") return undefined;
    for (const { tree } of walk(document.body)) {
      if (NUMBERS.has(tree.name) && isEmpty(tree)) {
        return { kind: "refuse", code: "1", text: '01暂存的业务报文格式数据不正确! For input string: ""' };
      }
    }
    return undefined;
  },
};
