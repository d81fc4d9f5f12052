/** One line of goods, from which both a 报关单 and a 核注清单 are written. Everything in it is invented. */
export interface Goods {
  code: string;
  name: string;
  /** 规格型号: written in CDATA (faq 18). */
  model: string;
  material: string;
  /** REF.Unit. */
  unit: string;
  firstUnit: string;
  quantity: string;
  firstQuantity: string;
  price: string;
  total: string;
  netWeight: number;
}

interface Article {
  code: string;
  name: string;
  model: (number: number) => string;
  unit: string;
  firstUnit: string;
  price: number;
  weight: number;
}

const ARTICLES: readonly Article[] = [
  {
    code: "8536690000",
    name: "连接器",
    model: (n) => `4|3|电路连接用|铜合金、塑料|无品牌|型号:SC-${1000 + n}|额定电压<36V`,
    unit: "007",
    firstUnit: "035",
    price: 0.85,
    weight: 0.012,
  },
  {
    code: "8544421900",
    name: "带接头电缆",
    model: (n) => `4|3|设备内部连接用|铜芯&PVC护套|无品牌|型号:CB-${200 + n}|额定电压80V以下`,
    unit: "007",
    firstUnit: "035",
    price: 1.2,
    weight: 0.05,
  },
  {
    code: "3926909090",
    name: "塑料外壳",
    model: (n) => `4|3|仪器外壳|ABS塑料|无品牌|型号:HS-${n}`,
    unit: "007",
    firstUnit: "035",
    price: 2.4,
    weight: 0.18,
  },
  {
    code: "8473309000",
    name: "散热片",
    model: (n) => `4|3|计算机散热用|铝制|无品牌|型号:HK-${300 + n}`,
    unit: "007",
    firstUnit: "035",
    price: 3.15,
    weight: 0.09,
  },
  {
    code: "8504409999",
    name: "电源模块",
    model: (n) => `4|3|直流稳压|功率60W|精度0.5%|无品牌|型号:PW-${60 + n}`,
    unit: "001",
    firstUnit: "001",
    price: 18.5,
    weight: 0.35,
  },
];

function fixed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\.?0+$/, "");
}

/** `count` lines of goods; totals and weights fit each other. */
export function goodsLines(count: number): Goods[] {
  return Array.from({ length: count }, (_, index) => {
    const article = ARTICLES[index % ARTICLES.length] as Article;
    const quantity = 100 + 25 * index;
    const netWeight = Math.round(quantity * article.weight * 1000) / 1000;
    return {
      code: article.code,
      name: article.name,
      model: article.model(index + 1),
      material: `M-${String(index + 1).padStart(5, "0")}`,
      unit: article.unit,
      firstUnit: article.firstUnit,
      quantity: String(quantity),
      firstQuantity: article.firstUnit === "035" ? fixed(netWeight, 5) : String(quantity),
      price: fixed(article.price, 4),
      total: fixed(quantity * article.price, 2),
      netWeight,
    };
  });
}

/** Sum of the net weights, in kg. */
export function netWeightOf(goods: readonly Goods[]): number {
  return goods.reduce((sum, line) => sum + line.netWeight, 0);
}
