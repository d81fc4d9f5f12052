import { ImportClientError } from "../../errors.js";
import { canonicalElement } from "../../xml/c14n.js";
import type { XmlElement } from "../../xml/scan.js";
import type { Signer, SigningProfile } from "../types.js";
import { edited, type OpenedXml, signInside } from "./container.js";
import { signedInfo, valueAndKey } from "./signed-info.js";
import { addAttributes, type Edit, remove, splice } from "./splice.js";
import { suiteByName, suiteFor, XMLDSIG } from "./suites.js";

export interface XmlSignatureOptions {
  /** Name in `SUITES`; the first that the card can do by default, which is rsa-sha256 for RSA tokens and key files. */
  suite?: string;
  /** Canonical XML with comments; without by default. */
  withComments?: boolean;
}

/** Id of an Object that has none (domain 1.2). */
const OBJECT_ID = "String";

/** What an earlier signature left, filled or empty. */
const OURS = new Set(["SignedInfo", "SignatureValue", "KeyInfo"]);

/**
 * The enveloping XML signature of INV101, SAS121 and ICP101 (domain 1.2, 3): SignedInfo, SignatureValue and KeyInfo in
 * front of Object, a Reference to the Object's Id. Only they and, where missing, the XML signature namespace on the root
 * and the Object's Id are written; every other byte stays.
 *
 * A root `Signature` without namespace (the templates of 2018) gets the XML signature namespace as its default one: that
 * is the shape of the official samples, and without it no verifier takes it for a signature. A bare `Package` is wrapped
 * into `Signature/Object`.
 */
export function xmldsigObject(options: XmlSignatureOptions = {}): SigningProfile {
  const { algorithm } = suiteByName(options.suite ?? "rsa-sha256");
  const withComments = options.withComments ?? false;
  return {
    name: "xmldsig-object",
    algorithm,
    async sign(request, signer) {
      const payload = await signInside(
        request,
        (root) => root.name === "Package" || root.name === "Signature",
        async (document) => signObject(await prepared(document), signer, options.suite, withComments),
      );
      return { payload };
    },
  };
}

/** The document with `Signature`, its namespace, `Object` and its Id, and no earlier signature. */
async function prepared(document: OpenedXml): Promise<OpenedXml> {
  const { source, root } = document;
  const edits: Edit[] = [];
  if (root.name === "Package") {
    const head = `<Signature xmlns="${XMLDSIG}"><Object Id="${OBJECT_ID}">`;
    edits.push({ start: root.start, end: root.start, text: head });
    edits.push({ start: root.end, end: root.end, text: "</Object></Signature>" });
  } else {
    if (root.namespace === "" && root.prefix === "" && !root.attributes.has("xmlns")) {
      edits.push(addAttributes(source, root, ` xmlns="${XMLDSIG}"`));
    } else if (root.namespace !== XMLDSIG) {
      throw refused(
        `Signature 的命名空间不是 XML 签名：${root.namespace}`,
        `the namespace of Signature is not that of XML signatures: ${root.namespace}`,
      );
    }
    const object = objectOf(root);
    if (!object.attributes.has("Id")) edits.push(addAttributes(source, object, ` Id="${OBJECT_ID}"`));
    for (const child of root.children) if (OURS.has(child.name)) edits.push(remove(source, child));
  }
  return edits.length === 0 ? document : edited(document, edits);
}

async function signObject(
  document: OpenedXml,
  signer: Signer,
  wanted: string | undefined,
  withComments: boolean,
): Promise<Buffer> {
  const { source, root } = document;
  const object = objectOf(root);
  const prefix = root.prefix ? `${root.prefix}:` : "";
  const identity = await signer.identity();
  const suite = suiteFor(wanted, identity);
  // A reference within the document leaves comments out unless a transform keeps them (XML Signature, 4.4.3.3).
  const digest = await suite.digest(await canonicalElement(source, object, { withComments: false }));
  const info = signedInfo(prefix, {
    suite,
    withComments,
    uri: `#${escaped(object.attributes.get("Id") ?? OBJECT_ID)}`,
    transforms: [],
    digest,
  });
  const at = { start: object.start, end: object.start };
  const withInfo = await edited(document, [{ ...at, text: info }]);
  const written = withInfo.root.child("SignedInfo") as XmlElement;
  const value = await signer.sign(suite.algorithm, await canonicalElement(withInfo.source, written, { withComments }));
  return splice(source, [{ ...at, text: info + valueAndKey(prefix, value, identity) }]);
}

function objectOf(root: XmlElement): XmlElement {
  const object = root.child("Object");
  if (object) return object;
  throw refused("Signature 中没有 Object", "there is no Object in Signature");
}

function refused(zh: string, en: string): ImportClientError {
  return new ImportClientError(
    "SW-XSD",
    { zh, en },
    {
      advice: {
        zh: "请按 Signature/Object/Package 的结构生成报文，由本客户端签名。",
        en: "Write the document as Signature/Object/Package; it is signed here.",
      },
    },
  );
}

function escaped(value: string): string {
  return value.replace(/[&<"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
