import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUSINESSES, type MessageKind } from "../../../lib/business/index.js";
import { receiverOfFolder } from "../../../lib/business/receivers.js";
import { modelOf, modelOfRoot } from "../../../lib/model/model.js";
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

/**
 * How certain each is: what it looks like (root, own number), how it is signed and packed, which receipts answer it. The marks of
 * `docs/domain.md`; of a business first, then of types that differ.
 */
const CERTAINTY: Readonly<Record<string, readonly [shape: string, signing: string, receipts: string]>> = {
  dec: ["C", "I", "C"],
  DECMOD: ["1", "I", "1"],
  sas: ["1", "I", "1"],
  INV101: ["C", "C", "C"],
  SAS121: ["C", "C", "C"],
  ICP101: ["1", "C", "1"],
  npts: ["1", "I", "1"],
  NEMS301: ["1", "I", "I"],
  nems: ["1", "I", "1"],
  nbhl: ["1", "I", "1"],
  acmp: ["1", "I", "I"],
  edoc: ["I", "I", "I"],
  manifest: ["1", "I", "F"],
  MT1401: ["C", "I", "F"],
  MT2401: ["C", "I", "F"],
  MT2101: ["C", "I", "F"],
  MT3101: ["C", "I", "F"],
  MT4404: ["C", "I", "F"],
  MTECEX: ["C", "I", "F"],
  ceb: ["C", "C", "C"],
  coo: ["1", "I", "1"],
  acd: ["1", "I", "1"],
};

/** A row of its folder goes before what this package guesses. */
function certainty(business: string, { type, guessed }: MessageKind): string {
  const [shape, signing, receipts] = CERTAINTY[type] ?? CERTAINTY[business] ?? ["I", "I", "I"];
  return `${shape}, ${signing}, ${receipts}${guessed ? "; the folder's row goes first" : ""}`;
}

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
    const model = modelOf(kind.type) ?? modelOfRoot(kind.root);
    const whose =
      model && model.type !== kind.type && !model.type.startsWith(kind.type) ? `, that of ${model.type}` : "";
    return row(
      `\`${kind.type}\`<br>${kind.title.zh}<br>${kind.title.en}`,
      folders.join(", "),
      model ? `yes${whose}, root \`${kind.root}\`` : `none; rules only, root \`${kind.root}\``,
      kind.zip === "required" ? "ZIP" : "XML or ZIP",
      `\`${kind.signing}\``,
      `${kind.receipts.import.join(", ")}; ${kind.receipts.business.join(", ") || "not public"}`,
      matchedBy(business, kind),
      SOURCES[business] ?? "",
      certainty(business, kind),
    );
  });
  const folders = BUSINESSES.flatMap(({ folders: codes }) => codes).map((code) =>
    row(`\`${code}\``, receiverOfFolder(code) ? `\`${receiverOfFolder(code)}\`` : "not public: set it"),
  );
  return `# Message types

${types.length} types are listed one by one.

## Types that are listed

Receipts: the import receipts, then those of customs. A receipt finds its document by the data centre's number and customs'
number too, once it has brought them.

Certain: of the shape (root, own number), of signing and packing, of the receipts, in this order, with the marks of [what is publicly
known](domain.md): F the service desk's FAQ, C two or more public projects, 1 one, **I a reading of ours: ask your service desk**.

| type | folders | schema | sent as | signing | receipts | matched by | source | certain |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

## Families: types that nobody listed

| recognised by | sent as | signing | receipts | matched by |
| --- | --- | --- | --- | --- |
| any \`Manifest\` in \`urn:Declaration:datamodel:standard:CN:<type>:1\` | ZIP | \`detached\` | those of the other manifests (${answersOf("HTRES4").length} types) | Head/MessageID, bill numbers |
| any \`Package\`, in \`Signature/Object\` or bare, with a message_type | ZIP | \`xmldsig-object\` | CommonResponseMessage, its own number with a 2 | EtpsInnerInvtNo, EtpsPreentNo, or what the head has |
| \`DxpMsg\`, \`DxpMsgSv\` made by the producer | as it came | never again | those of the message inside | the message inside; CopMsgId where it cannot be read |

## Guesses

How a signature is made is public for 核注清单, 核放单 and cross-border messages alone; for all others it is the official client's
secret, and what stands above is the nearest that is known. Looked for in public code and pages, and not found:

| type | known | guessed | not found |
| --- | --- | --- | --- |
| \`DECMOD\` 修撤单 | folder, fields, and its receipt HzApprovalResult in SignedData/Data of a DxpMsg, which names DecModSeqNo [1] | that it is signed beside the file as a declaration, and that DecImportResponse answers its import | over what its own \`Sign\` is made, which one checker wants filled with \`IcCode\` = card\\|certificate number [1]; its import receipt |
| \`ACMP\` 加贸随附单据 | folder, receiver, list rows with FileName, BlsNo, PocketInfo's numbers [C] | the bare root \`…AcmpRLMessage\` with its files in one ZIP; signed beside the file | whether it also goes in the Package envelope: then it is one of that family; its receipts |
| \`EDOC\` 随附单据 | folder, receiver DXPDSWDECEDOC002 [1] | the root: \`EdocRealation\`, or a message that has it as a child; signed beside the file | its root, its receipts |
| \`ELBP\` | nothing but the name | goes by its envelope: Package or Manifest as that family, anything else as its folder's row says | all |
| any \`Package\` or \`Manifest\` that is not listed | its family | signed and packed as the family | its own schema |

For these, and these only, a row of the folder with a signature (import-client node) goes before what is guessed. Where a row names a
signature that has no place in the message, it waits with \`SW-TYPE\`; no type, listed or not, ends in C134 for want of one.

## Everything else

Every folder with an \`OutBox\` is a business, known or not. A document of a type that is neither listed nor of a family goes out as
the row of its folder in the import-client node says: signing profile, ZIP or as it is, receiver. Without a row it waits with
\`SW-TYPE\`, which names root, namespace and type; it never fails for it.

| folder | receiver in a DxpMsg |
| --- | --- |
${folders.join("\n")}

---

This page is written by \`npx tsx test/lib/business/types-page.ts\` from the businesses as they are;
\`test/lib/business/types-page.test.ts\` fails when it is out of date.
`;
}

if (require.main === module) writeFileSync(PAGE, typesPage());
