import assert from "node:assert/strict";
import { pdfEnd } from "../../../lib/files/pdf-end.js";

const TAIL = 64 * 1024;

/** What the ends of a PDF with these bytes say. */
function endOf(bytes: Buffer | string): string {
  const pdf = Buffer.from(bytes as string, "latin1");
  return pdfEnd(pdf.subarray(0, 4096), pdf.subarray(Math.max(0, pdf.length - TAIL)), pdf.length);
}

describe("the end of a PDF", () => {
  const plain = `%PDF-1.4\n${"1 0 obj\nendobj\n".repeat(50)}startxref\n9\n%%EOF`;

  it("is there when nothing but blanks follows its mark", () => {
    for (const blanks of ["", "\n", "\r\n", " \r\n\n"]) assert.equal(endOf(`${plain}${blanks}`), "whole");
  });

  it("is missing at every length before it", () => {
    for (let length = 0; length < plain.length; length++)
      assert.equal(endOf(plain.slice(0, length)), "unfinished", `${length}`);
  });

  it("of one made for the web is where it says, whatever marks come before", () => {
    const length = 60_000;
    const front = `%PDF-1.5\n1 0 obj\n<</Linearized 1/L ${length}/H [ 700 150]/O 3/E 9000/N 1/T 59000>>\nendobj\nstartxref\n0\n%%EOF\n`;
    const whole = `${front}${"x".repeat(length - front.length - 6)}%%EOF\n`;
    assert.equal(whole.length, length);
    for (const cut of [front.length - 1, front.length, 4096, 30_000, length - 1]) {
      assert.equal(endOf(whole.slice(0, cut)), "unfinished", `${cut}`);
    }
    assert.equal(endOf(whole), "whole");
  });

  it("may come yet where something else than a block's padding stands behind its mark", () => {
    assert.equal(endOf(`${plain}\n${"\0".repeat(100)}`), "behind");
    assert.equal(endOf(`${plain}\n2 0 obj\nmore`), "behind");
    assert.equal(endOf(`${plain}\n${"\0".repeat(5000)}`), "unfinished", "made in its full size");
  });
});
