import assert from "node:assert/strict";
import fc from "fast-check";
import { numberedName, timeStamp } from "../../../lib/files/names.js";
import { parseReceiptFileName, receiptFileName } from "../../../lib/receipts/file-name.js";

const AT = Date.parse("2024-05-06T07:08:09.123+08:00");
const good = { kind: "import", ok: true } as const;

describe("names of receipts in InBox", () => {
  it("has the official prefixes, the base and a time stamp of 17 digits", () => {
    assert.equal(receiptFileName(good, "a.b.xml", AT), "Successed_a.b_20240506070809123.xml");
    assert.equal(receiptFileName({ kind: "import", ok: false }, "A.ZIP", AT), "Failed_A_20240506070809123.xml");
    assert.equal(receiptFileName({ kind: "local", ok: false }, "A.zip", AT), "Failed_A_20240506070809123.xml");
    for (const ok of [true, false]) {
      assert.equal(
        receiptFileName({ kind: "business", ok }, "浙A00000.xml", AT),
        "Receipt_浙A00000_20240506070809123.xml",
      );
    }
  });

  describe("in the official form", () => {
    const id = "8ac5f3e0-1f0a_4b9e";
    const name = (receipt: Parameters<typeof receiptFileName>[0], about: string) =>
      receiptFileName(receipt, about, AT, "official");
    const STAMP = "20240506070809123000000";

    it("has 23 digits, and the ending of the document's file", () => {
      const failed = { kind: "local", ok: false } as const;
      assert.equal(name(good, "浙 A.2024.01.xml"), `Successed_浙 A.2024.01_${STAMP}.xml`);
      assert.equal(name(failed, "A.XML"), `Failed_A_${STAMP}.XML`);
      assert.equal(name(failed, "A.INVT"), `Failed_A_${STAMP}.INVT`);
      // A ZIP's receipt is none, and what only looks like an ending is a part of the name.
      for (const [about, base] of [
        ["A.zip", "A"],
        ["A.2024.001", "A.2024.001"],
        ["A.pdf", "A.pdf"],
        ["A", "A"],
        ["27879.5", "27879.5"],
      ]) {
        assert.equal(name(good, about as string), `Successed_${base}_${STAMP}.xml`, about);
      }
    });

    it("names a business receipt by its message, a declaration's also by its number, in five parts", () => {
      const business = { kind: "business", ok: true, messageId: id } as const;
      assert.equal(name({ ...business, format: "INV201" }, "A.xml"), `Receipt_${id}_${STAMP}.xml`);
      const dec = { ...business, format: "DEC_RESULT", seqNo: "202600000001234567" };
      const made = name(dec, "A_B.xml");
      assert.equal(made, `Receipt_DECCUS004_202600000001234567_8ac5f3e0-1f0a-4b9e_${STAMP}.xml`);
      assert.equal(made.split("_").length, 5);
      assert.equal(parseReceiptFileName(made)?.seqNo, "202600000001234567");
      assert.equal(name({ ...dec, seqNo: "" }, "A.xml"), `Receipt_${id}_${STAMP}.xml`);
      assert.equal(name({ ...business, messageId: "" }, "A.xml"), `Receipt_A_${STAMP}.xml`);
      assert.equal(
        name({ ...business, messageId: "../../x" }, "A.xml"),
        `Receipt_.._.._x_${STAMP}.xml`.replace("Receipt_..", "Receipt_"),
      );
      // What nobody can read into is no Failed_ either.
      assert.equal(
        name({ kind: "import", ok: false, outcome: "unknown", messageId: id }, "A.xml"),
        `Receipt_${id}_${STAMP}.xml`,
      );
    });

    it("counts in the last six digits where a name is taken, so that it still has 23", () => {
      assert.equal(numberedName(`A_${STAMP}.xml`, 2), "A_20240506070809123000001.xml");
      assert.equal(numberedName("A_20240506070809123999999.xml", 2), "A_20240506070809123999999(2).xml");
      assert.equal(numberedName("A_20240506070809123.xml", 2), "A_20240506070809123(2).xml");
      assert.equal(numberedName(`${STAMP}.xml`, 2), `${STAMP}(2).xml`);
    });

    it("comes back from parsing as it was made, and never leaves a path", () => {
      fc.assert(
        fc.property(
          fc.string({ unit: "binary", maxLength: 120 }),
          fc.string({ unit: "binary", maxLength: 60 }),
          (about, messageId) => {
            for (const receipt of [
              good,
              { kind: "business", ok: true, messageId, format: "DEC_RESULT", seqNo: "202600000001234567" },
            ] as const) {
              const made = receiptFileName(receipt, about, AT, "official");
              assert.ok(Buffer.byteLength(made) <= 200);
              assert.ok(!/[\\/:*?"<>|\p{Cc}\p{Cf}]/u.test(made));
              const parsed = parseReceiptFileName(made);
              assert.equal(parsed?.kind, receipt.kind, made);
              assert.equal(parsed?.at, Math.floor(AT / 1000) * 1000);
            }
          },
        ),
        { numRuns: 2000 },
      );
    }).timeout(180_000);
  });

  it("keeps a key whole when there is no document", () => {
    assert.equal(receiptFileName(good, "27879.5", AT), "Successed_27879.5_20240506070809123.xml");
  });

  it("makes a plain name of whatever comes", () => {
    const hostile: [string, string][] = [
      ["../../etc/passwd", "_.._etc_passwd"],
      ["C:\\x\\y.xml", "C__x_y"],
      ["a\0b\x1b[31m\r\nc", "ab[31mc"],
      ["a\u202egpj.xml", "agpj"],
      ["CON", "_CON"],
      ["nul.txt.xml", "_nul.txt"],
      ["COM1.zip", "_COM1"],
      ["...", "unknown"],
      ["", "unknown"],
      ["  x  ", "x"],
      ["\ud800x", "_x"],
      ['<a href="x">', "_a href=_x__"],
    ];
    for (const [about, base] of hostile) {
      assert.equal(receiptFileName(good, about, AT), `Successed_${base}_20240506070809123.xml`, JSON.stringify(about));
    }
  });

  it("cuts long names at 200 bytes, between characters", () => {
    for (const about of ["浙".repeat(300), "a".repeat(300), `a${"😀".repeat(100)}`]) {
      const name = receiptFileName({ kind: "business", ok: true }, `${about}.xml`, AT);
      const bytes = Buffer.byteLength(name);
      assert.ok(bytes <= 200 && bytes > 195, `${bytes}`);
      assert.ok(!name.includes("\ufffd") && name.isWellFormed());
      assert.match(name, /^Receipt_.+_20240506070809123\.xml$/u);
    }
  });

  it("parses official names without case, with stamps of 14 to 23 digits in China time", () => {
    const at = Date.parse("2024-01-01T01:01:01+08:00");
    const base = "SAS121_I_浙A00000-1_t-2";
    assert.deepEqual(parseReceiptFileName("Successed_SAS121_I_浙A00000-1_t-2_202401010101010000001.xml"), {
      kind: "import",
      ok: true,
      base,
      seqNo: "",
      at,
    });
    assert.deepEqual(parseReceiptFileName("FAILED_x_20240101010101.XML"), {
      kind: "import",
      ok: false,
      base: "x",
      seqNo: "",
      at,
    });
    assert.deepEqual(parseReceiptFileName("C:\\InBox\\receipt_x_2024010101010112345678(2).xml"), {
      kind: "business",
      ok: false,
      base: "x",
      seqNo: "",
      at,
    });
    assert.equal(parseReceiptFileName("Receipt_x_99999999999999.xml")?.at, undefined);
    for (const name of ["x.xml", "Success_x_20240101010101.xml", "Receipt_x.xml", "Receipt__20240101010101.xml", ""]) {
      assert.equal(parseReceiptFileName(name), undefined, name);
    }
  });

  it("parses each form that the official client writes, whatever zone this machine is in", () => {
    const at = Date.parse("2026-07-01T09:35:15+08:00");
    const id = "8ac5f3e0-1f0a-4b9e-9d0c-0123456789ab";
    const forms: [string, string, string][] = [
      ["Successed_SAS121_I_浙A00000-1_t-2_20260701093515123000001.xml", "SAS121_I_浙A00000-1_t-2", ""],
      ["Successed_FLD20260701001_20260701093515123.xml", "FLD20260701001", ""],
      ["successed_FLD20260701001_202607010935151230001.XML", "FLD20260701001", ""],
      ["Successed_FLD20260701001_2026070109351512300001.INVT", "FLD20260701001", ""],
      [`Receipt_${id}_20260701093515123000001.xml`, id, ""],
      [
        `Receipt_DECCUS004_I20260000012345678_${id}_20260701093515123000001.xml`,
        `DECCUS004_I20260000012345678_${id}`,
        "I20260000012345678",
      ],
      ["Receipt_202600000001234567_20260701093515123000001.xml", "202600000001234567", "202600000001234567"],
    ];
    const zone = process.env.TZ;
    try {
      for (const TZ of ["Asia/Shanghai", "America/Los_Angeles", "UTC"]) {
        process.env.TZ = TZ;
        for (const [name, base, seqNo] of forms) {
          const parsed = parseReceiptFileName(name);
          assert.deepEqual([parsed?.base, parsed?.seqNo, parsed?.at], [base, seqNo, at], `${name} in ${TZ}`);
        }
        assert.equal(timeStamp(at), "20260701093515000", TZ);
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    for (const digits of [13, 24]) {
      assert.equal(parseReceiptFileName(`Receipt_x_${"20260701093515123000001234".slice(0, digits)}.xml`), undefined);
    }
  });

  // What is not linear in their length takes longer than a test may.
  it("reads and makes names of a million characters", () => {
    for (const name of [
      `Failed_${"_11111111111111".repeat(70_000)}`,
      `Receipt_${"(1)".repeat(300_000)}`,
      "._".repeat(500_000),
    ]) {
      parseReceiptFileName(name);
      receiptFileName(good, name, AT);
      receiptFileName(good, `x${".".repeat(1_000_000)}x`, AT);
    }
  });

  it("comes back from parsing as it was made", () => {
    const kinds = fc.constantFrom("import", "business", "local") as fc.Arbitrary<"import" | "business" | "local">;
    const about = fc.oneof(
      fc.string({ unit: "binary", maxLength: 120 }),
      fc.stringMatching(/^[\p{Script=Han}A-Za-z0-9_.-]{1,40}$/u),
    );
    fc.assert(
      fc.property(kinds, fc.boolean(), about, fc.integer({ min: 0, max: 4_000_000_000_000 }), (kind, ok, name, at) => {
        const made = receiptFileName({ kind, ok }, name, at);
        assert.ok(Buffer.byteLength(made) <= 200);
        assert.ok(!/[\\/:*?"<>|\p{Cc}\p{Cf}]/u.test(made));
        const parsed = parseReceiptFileName(made);
        assert.ok(parsed, made);
        assert.equal(parsed.kind, kind === "business" ? "business" : "import");
        if (kind !== "business") assert.equal(parsed.ok, ok);
        assert.equal(timeStamp(parsed.at as number).slice(0, 14), timeStamp(at).slice(0, 14));
        // Made again from its own base it is the same name: nothing more is cut or replaced.
        assert.equal(receiptFileName({ kind, ok }, `${parsed.base}.xml`, at), made);
      }),
      { numRuns: 2000 },
    );
  }).timeout(180_000);
});
