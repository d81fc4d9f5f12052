import assert from "node:assert/strict";
import { inspect } from "../../../lib/business/inspect.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { preflight } from "../../../lib/preflight/index.js";
import { generateDocument } from "../../support/generate-documents.js";
import { CLIENT } from "../preflight/context.js";

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';

/** The same document as other programs write it. */
const STYLES: Readonly<Record<string, (xml: string) => string | Buffer>> = {
  "line ends of Windows": (xml) => xml.replace(/\n/g, "\r\n"),
  "line ends of old Macs": (xml) => xml.replace(/\n/g, "\r"),
  "a byte order mark": (xml) => `\ufeff${xml}`,
  "all in one line": (xml) => xml.replace(/>\s+</g, "><"),
  "values on lines of their own": (xml) => xml.replace(/>([^<>\s][^<>]*)<\//g, ">\n  $1\n</"),
  "values in CDATA": (xml) => xml.replace(/>([^<>\s&][^<>&]*)<\//g, "><![CDATA[$1]]></"),
  "comments in and between": (xml) => xml.replace(/>([^<>\s][^<>]*)<\/(\w+)>/g, "><!-- v -->$1</$2><!-- x -->"),
  "UTF-16": (xml) => Buffer.from(`\ufeff${xml.replace(/encoding="[^"]*"/, 'encoding="UTF-16"')}`, "utf16le"),
  "single quotes": (xml) => xml.replace(/="([^"'<>]*)"/g, "='$1'"),
  "blanks in tags": (xml) => xml.replace(/<(\/?\w+)>/g, "<$1 >"),
  "long empty elements": (xml) => xml.replace(/<(\w+)\s*\/>/g, "<$1></$1>"),
  "short empty elements": (xml) => xml.replace(/<(\w+)><\/\1>/g, "<$1/>"),
  "namespaces of .NET": (xml) => xml.replace(/<(\w+)([ >])/, `<$1 ${XSI}$2`),
  "a stylesheet": (xml) => xml.replace(/^(<\?xml.*?\?>)?/, '$1\n<?xml-stylesheet type="text/xsl" href="a.xsl"?>'),
  "something behind the root": (xml) => `${xml}\r\n<!-- ERP -->\n\n`,
  "no declaration": (xml) => xml.replace(/<\?xml.*?\?>/, ""),
  "numbers for characters": (xml) =>
    xml.replace(/>([^<>\s&])([^<>&]*)<\//g, (_, first: string, rest: string) => `>&#${first.codePointAt(0)};${rest}</`),
};

describe("a document in another style", () => {
  const store = new SchemaStore();
  after(() => store.close());

  async function errorsOf(document: string | Buffer) {
    const inspection = await inspect(Buffer.from(document as Buffer), "a.xml");
    const { clientKey, seqNo, kind } = inspection;
    const rules = preflight({ ...inspection, kind, business: "", fileName: "a.xml", client: CLIENT });
    const checks = [...((await store.validate(inspection)) ?? []), ...rules];
    const errors = checks.filter(({ severity }) => severity === "error").map(({ rule, path }) => `${rule} ${path}`);
    return { clientKey, seqNo, type: kind?.type, errors: [...new Set(errors)].sort() };
  }

  for (const type of ["DEC", "INV101", "SAS121", "ICP101", "MT1401"] as const) {
    it(`is the same ${type}, and refused for nothing more`, async () => {
      const xml = generateDocument({ type, rows: 2 }).xml.toString();
      const plain = await errorsOf(xml);
      for (const [style, write] of Object.entries(STYLES)) assert.deepEqual(await errorsOf(write(xml)), plain, style);
    });
  }
});
