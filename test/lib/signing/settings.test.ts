import assert from "node:assert/strict";
import type { ImportClientError } from "../../../lib/errors.js";
import { FrameReader, frameOf } from "../../../lib/signing/module/frames.js";
import { pinInClear, readCardSettings } from "../../../lib/signing/read-settings.js";
import { DEFAULT_TIMEOUTS } from "../../../lib/signing/settings.js";

describe("card settings", () => {
  it("take a flow of an earlier version as it is", () => {
    const saved = { backend: "pkcs11", module: "/m.so", token: "t", keyLabel: "", controlUrl: "", keyFile: "" };
    const { timeouts, ...settings } = readCardSettings({ ...saved, certificateFile: "", pinEnv: "X" }, "1");
    assert.deepEqual(timeouts, DEFAULT_TIMEOUTS);
    const { keyLabel: _, ...rest } = saved;
    assert.deepEqual(settings, { ...rest, pin: "1", pinPad: false });
  });

  it("take every setting, numbers as vendors write them", () => {
    const { timeouts, ...settings } = readCardSettings(
      {
        ...{ backend: "control", slot: " 3 ", keyLabel: "k", keyId: "0x01:AB", pinPad: "true" },
        ...{ sm2Mechanism: "0x80000B02", sm2Input: "digest", controlUrl: "wss://a:1", controlCa: "/ca.pem" },
        ...{ controlAlgorithm: "sm2-sm3", companyCode: "4403960000", cardNumber: "8930000000001" },
        ...{
          certificateNumber: "0300 CDE6",
          connectTimeout: "1.5",
          loginTimeout: 2,
          signTimeout: "3",
          queryTimeout: "4",
        },
      },
      "",
    );
    assert.deepEqual(timeouts, { connect: 1500, login: 2000, sign: 3000, query: 4000 });
    assert.equal(settings.slot, 3);
    assert.equal(settings.keyId, "01ab");
    assert.equal(settings.certificateNumber, "0300cde6");
    assert.equal(settings.pinPad, true);
    assert.deepEqual(settings.sm2Mechanism, { mechanism: 0x80000b02, input: "digest" });
    assert.equal(settings.controlAlgorithm, "sm2-sm3");
    assert.equal(settings.controlCa, "/ca.pem");
    assert.equal(readCardSettings({ slot: "0" }, "").slot, 0);
    const hsm = readCardSettings({ backend: "sdf", sdfKeyIndex: "3", sdfConfig: "/etc/hsm", sdfExtended: true }, "");
    assert.deepEqual([hsm.backend, hsm.sdfKeyIndex, hsm.sdfConfig, hsm.sdfExtended], ["sdf", 3, "/etc/hsm", true]);
    assert.equal(readCardSettings({ backend: "spsecure", sm2Input: "digest" }, "").sm2Input, "digest");
  });

  for (const [setting, value] of Object.entries({
    backend: "usb",
    slot: "first",
    sdfKeyIndex: "one",
    sm2Input: "hash",
    keyId: "xyz",
    sm2Mechanism: "SM2",
    controlAlgorithm: "md5",
    certificateNumber: "abc",
    signTimeout: "0",
    connectTimeout: "soon",
    controlUrl: "61232",
  })) {
    it(`${setting} ${value} is SW-CONFIG and named`, () => {
      assert.throws(
        () => readCardSettings({ [setting]: value }, ""),
        ({ code, details, text }: ImportClientError) =>
          code === "SW-CONFIG" &&
          details.setting === setting &&
          text.zh.includes(setting === "backend" ? "卡的类型（示例中为环境变量 SW_CARD_BACKEND）" : setting),
      );
    });
  }

  it("names all that is wrong, not only the first", () => {
    const wrong = { backend: "usb", slot: "first", keyId: "xyz", sm2Input: "hash", pinPad: "maybe", signTimeout: "0" };
    assert.throws(
      () => readCardSettings({ ...wrong, controlUrl: "61232" }, ""),
      ({ code, details, text }: ImportClientError) => {
        assert.equal(code, "SW-CONFIG");
        const named = details.problems?.map(({ setting }) => setting).sort();
        assert.deepEqual(named, [...Object.keys(wrong), "controlUrl"].sort());
        return Object.values(wrong).every((value) => text.en.includes(value) && text.zh.includes(value));
      },
    );
  });

  it("say which range a whole number has", () => {
    for (const value of ["-5", "1.5", "99999999999", "0xG"]) {
      assert.throws(
        () => readCardSettings({ slot: value }, ""),
        ({ text }: ImportClientError) =>
          text.en.startsWith(`slot: ${value} is not a whole number of 0 or more`) &&
          text.zh.includes("不是 0 或更大的整数"),
      );
    }
  });

  it("say when the PIN would travel in clear", () => {
    const clear = (controlUrl: string): boolean => pinInClear(readCardSettings({ backend: "control", controlUrl }, ""));
    assert.deepEqual(
      [
        "ws://127.0.0.1:61232",
        "ws://localhost:1",
        "ws://[::1]:1",
        "wss://card.example",
        "ws://card.example",
        "ws://10.0.0.5:1",
      ].map(clear),
      [false, false, false, false, true, true],
    );
  });
});

describe("frames between us and the module's process", () => {
  it("come out whole wherever the pipe cuts them", () => {
    const values = [
      { id: 1, data: Buffer.from("报关单") },
      { id: 2, data: Buffer.alloc(0) },
      { id: 3, error: { inner: "X" } },
    ];
    const bytes = Buffer.concat(values.flatMap(frameOf));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new FrameReader();
      const out = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
      assert.deepEqual(JSON.stringify(out), JSON.stringify(values), String(cut));
    }
  });

  it("are put together once, in however many pieces they come", () => {
    const frame = Buffer.concat(frameOf({ data: Buffer.alloc(1024 * 1024, 7) }));
    const whole = Buffer.concat;
    let copied = 0;
    Buffer.concat = (...given) => {
      const made = whole.apply(Buffer, given);
      copied += made.length;
      return made;
    };
    try {
      const reader = new FrameReader();
      const values: unknown[] = [];
      for (let at = 0; at < frame.length; at += 1000) values.push(...reader.push(frame.subarray(at, at + 1000)));
      assert.equal((values[0] as { data: Uint8Array }).data.length, 1024 * 1024);
    } finally {
      Buffer.concat = whole;
    }
    assert.ok(copied <= 2 * frame.length, `${copied} bytes copied for ${frame.length}`);
  });

  it("leave large bytes where they are, and give each back in its place", () => {
    const large = [Buffer.alloc(100_000, 1), Buffer.alloc(200_000, 2)] as const;
    const value = { id: 1, one: large[0], small: Buffer.from("small"), more: [large[1], "text"] };
    const frame = frameOf(value);
    assert.ok((frame[0] as Buffer).length < 1000, "the body holds none of them");
    assert.deepEqual(
      frame.slice(1).map(({ buffer }) => buffer),
      large.map(({ buffer }) => buffer),
      "the very same memory",
    );
    const bytes = Buffer.concat([...frame, ...frameOf({ id: 2 })]);
    const reader = new FrameReader();
    const values: unknown[] = [];
    for (let at = 0; at < bytes.length; at += 7777) values.push(...reader.push(bytes.subarray(at, at + 7777)));
    assert.deepEqual(values, [value, { id: 2 }]);
  });

  it("do not change when the piece's memory is used again", () => {
    const reader = new FrameReader();
    const frame = Buffer.concat(frameOf({ data: Buffer.from("first") }));
    const piece = Buffer.alloc(64);
    frame.copy(piece);
    assert.deepEqual(reader.push(piece.subarray(0, 10)), []);
    piece.fill(0);
    const [value] = reader.push(frame.subarray(10)) as { data: Uint8Array }[];
    assert.equal(Buffer.from(value?.data ?? []).toString(), "first");
  });
});
