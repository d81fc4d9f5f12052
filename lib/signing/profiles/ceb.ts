import { ImportClientError } from "../../errors.js";
import { canonicalDocument, canonicalElement } from "../../xml/c14n.js";
import type { XmlElement } from "../../xml/scan.js";
import type { Signer, SigningProfile } from "../types.js";
import { edited, type OpenedXml, signInside } from "./container.js";
import { ENVELOPED, signedInfo, valueAndKey } from "./signed-info.js";
import { type Edit, remove, splice } from "./splice.js";
import { suiteByName, suiteFor, XMLDSIG } from "./suites.js";
import type { XmlSignatureOptions } from "./xmldsig-object.js";

/**
 * 跨境电商: an enveloped `ds:Signature` as the last child of the root, over the whole document without it (domain 3).
 * An earlier signature is taken out; every other byte stays.
 */
export function ceb(options: XmlSignatureOptions = {}): SigningProfile {
  const { algorithm } = suiteByName(options.suite ?? "rsa-sha256");
  const withComments = options.withComments ?? false;
  return {
    name: "ceb",
    algorithm,
    async sign(request, signer) {
      const payload = await signInside(
        request,
        (root) => /^CEB\d{3}Message$/.test(root.name),
        async (document) => signEnveloped(await withoutSignature(document), signer, options.suite, withComments),
      );
      return { payload };
    },
  };
}

async function withoutSignature(document: OpenedXml): Promise<OpenedXml> {
  const { source, root } = document;
  if (root.selfClosed) {
    throw new ImportClientError("SW-XSD", { zh: "报文为空，无法签名", en: "the document is empty" });
  }
  const earlier = root.children.filter((child) => child.name === "Signature" && child.namespace === XMLDSIG);
  if (earlier.length === 0) return document;
  return edited(
    document,
    earlier.map((child) => remove(source, child)),
  );
}

async function signEnveloped(
  document: OpenedXml,
  signer: Signer,
  wanted: string | undefined,
  withComments: boolean,
): Promise<Buffer> {
  const { source, root } = document;
  const identity = await signer.identity();
  const suite = suiteFor(wanted, identity);
  // A reference to the document as a whole leaves comments out (XML Signature, 4.4.3.3).
  const digest = await suite.digest(await canonicalDocument(source, { withComments: false }));
  const info = signedInfo("ds:", { suite, withComments, uri: "", transforms: [ENVELOPED], digest });
  const wrapped = (inside: string): Edit[] => [
    { start: root.close, end: root.close, text: `<ds:Signature xmlns:ds="${XMLDSIG}">${inside}</ds:Signature>` },
  ];
  const withInfo = await edited(document, wrapped(info));
  const written = withInfo.root.children.at(-1)?.child("SignedInfo") as XmlElement;
  const value = await signer.sign(suite.algorithm, await canonicalElement(withInfo.source, written, { withComments }));
  return splice(source, wrapped(info + valueAndKey("ds:", value, identity)));
}
