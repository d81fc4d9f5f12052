import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUSINESSES, type MessageKind } from "../../../lib/business/index.js";
import { receiverOfFolder } from "../../../lib/business/receivers.js";
import { modelOf } from "../../../lib/model/model.js";
import { answersOf } from "../../../lib/receipts/record.js";

export const PAGE = join(__dirname, "..", "..", "..", "docs", "types.md");

/** What each business's knowledge of its types rests on. */
const SOURCES: Readonly<Record<string, string>> = {
  dec: "domain 1.1, formats/decmod_partial.csv",
  sas: "domain 1.2, formats/customs-side",
  npts: "domain 1.2, formats/npts.csv",
  nems: "domain 1.2, formats/nems_ems111.csv",
  nbhl: "formats/customs-side",
  acmp: "two producers",
  edoc: "domain 1.1",
  manifest: "domain 1.3, faq 16, a table of customs parameters",
  ceb: "domain 1.4, notice 2018-113",
  coo: "domain 1.5",
  acd: "domain 1.5",
};

/** Where the own number of a type stands, for readers. */
const KEYS: Readonly<Record<string, string>> = {
  dec: "DecSign/ClientSeqNo",
  manifest: "Head/MessageID, bill numbers",
  ceb: "guid of root and heads, orderNo, copNo …",
  coo: "CertNo",
  acd: "CopCusCode",
  acmp: "FileName, BlsNo",
  edoc: "EdocID",
};

function matchedBy(business: string, { type }: MessageKind): string {
  if (type === "DECMOD") return "DecModSeqNo, EntryId, DecSeqNo";
  return KEYS[business] ?? "EtpsInnerInvtNo, EtpsPreentNo";
}

const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/** Every listed type once, under the first business that has it. */
export function listedTypes(): { business: string; kind: MessageKind; folders: readonly string[] }[] {
  const seen = new Set<string>();
  return BUSINESSES.flatMap(({ id, kinds }) =>
    kinds.flatMap((kind) => {
      if (seen.has(kind.type)) return [];
      seen.add(kind.type);
      const folders = BUSINESSES.filter((one) => one.kinds.includes(kind)).flatMap((one) => one.folders);
      return [{ business: id, kind, folders }];
    }),
  );
}

/** `docs/types.md`, made of the businesses as they are. */
export function typesPage(): string {
  const types = listedTypes();
  const rows = types.map(({ business, kind, folders }) => {
    const model = modelOf(kind.type);
    return row(
      `\`${kind.type}\`<br>${kind.title.zh}<br>${kind.title.en}`,
      folders.join(", "),
      model ? `yes, root \`${kind.root}\`` : `none; rules only, root \`${kind.root}\``,
      kind.zip === "required" ? "ZIP" : "XML or ZIP",
      `\`${kind.signing}\``,
      `${kind.receipts.import.join(", ")}; ${kind.receipts.business.join(", ") || "not public"}`,
      matchedBy(business, kind),
      SOURCES[business] ?? "",
    );
  });
  const folders = BUSINESSES.flatMap(({ folders: codes }) => codes).map((code) =>
    row(`\`${code}\``, receiverOfFolder(code) ? `\`${receiverOfFolder(code)}\`` : "not public: set it"),
  );
  return `# Message types

This page is written by \`npx tsx test/lib/business/types-page.ts\` from the businesses as they are;
\`test/lib/business/types-page.test.ts\` fails when it is out of date. ${types.length} types are listed one by one.

## Types that are listed

Receipts: the import receipts, then those of customs. A receipt finds its document by the data centre's number and customs'
number too, once it has brought them.

| type | folders | schema | sent as | signing | receipts | matched by | source |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

## Families: types that nobody listed

| recognised by | sent as | signing | receipts | matched by |
| --- | --- | --- | --- | --- |
| any \`Manifest\` in \`urn:Declaration:datamodel:standard:CN:<type>:1\` | ZIP | \`detached\` | those of the other manifests (${answersOf("HTRES4").length} types) | Head/MessageID, bill numbers |
| any \`Package\`, in \`Signature/Object\` or bare, with a message_type | ZIP | \`xmldsig-object\` | CommonResponseMessage, its own number with a 2 | EtpsInnerInvtNo, EtpsPreentNo, or what the head has |
| \`DxpMsg\`, \`DxpMsgSv\` made by the producer | as it came | never again | those of the message inside | the message inside; CopMsgId where it cannot be read |

## Everything else

Every folder with an \`OutBox\` is a business, known or not. A document of a type that is neither listed nor of a family goes out as
the row of its folder in the import-client node says: signing profile, ZIP or as it is, receiver. Without a row it waits with
\`SW-TYPE\`, which names root, namespace and type; it never fails for it.

| folder | receiver in a DxpMsg |
| --- | --- |
${folders.join("\n")}
`;
}

if (require.main === module) writeFileSync(PAGE, typesPage());
