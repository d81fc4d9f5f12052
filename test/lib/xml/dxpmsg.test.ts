import assert from "node:assert/strict";
import { dxpContent } from "../../../lib/xml/dxpmsg.js";
import { scanXml } from "../../../lib/xml/scan.js";

describe("the content of a DxpMsg", () => {
  const of = (data: string) => dxpContent(scanXml(Buffer.from(`<DxpMsg><Data>${data}</Data></DxpMsg>`)));

  it("is decoded whole, over lines and of 12 MB too", () => {
    assert.equal(of("QUJD\n  REU=").bytes.toString(), "ABCDE");
    assert.equal(of("QQ==").bytes.toString(), "A");
    assert.equal(of("AAAA".repeat(3 << 20)).bytes.length, 9 << 20);
  });

  it("is not taken for what is left of it", () => {
    for (const data of ["", "QUJDRE", "QUJDREU", "QQ=A", "QUJD=", "Q===", "====", "QUJ%", "QUJDREU=QUJD"]) {
      assert.throws(() => of(data), { code: "SW-RECEIPT" }, data);
    }
  });
});
