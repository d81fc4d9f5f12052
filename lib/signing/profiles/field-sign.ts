import { ImportClientError } from "../../errors.js";
import { canonicalDocument } from "../../xml/c14n.js";
import type { XmlElement } from "../../xml/scan.js";
import type { SigningProfile } from "../types.js";
import { edited, type OpenedXml, signInside } from "./container.js";
import { type Edit, splice } from "./splice.js";
import { suiteByName, suiteFor } from "./suites.js";

/**
 * What is signed when the signature is one field of the document. Which bytes the official client signs is not public
 * (domain 3), so it is a setting:
 * `canonical`: Canonical XML of the document with the signature's field empty and the certificate's filled;
 * `bytes`: the document's bytes in that state; `client-key`: the text of the document's own key.
 */
export type FieldInput = "canonical" | "bytes" | "client-key";

export interface FieldSignOptions {
  suite?: string;
  input?: FieldInput;
}

/** Where a message keeps its signature. */
export interface FieldPlace {
  name: string;
  /** Local names of the roots that it serves, or of the element that it is in. */
  container: string;
  /** Field of the signature, base64. */
  signature: string;
  /** Most characters the field holds. */
  length: number;
  /** Field of the certificate number; none in some messages. */
  certificate?: string;
  /** Elements of the container that a missing field comes behind, the nearest first. */
  behind: Record<string, readonly string[]>;
  /** Path of the key inside the container, for `client-key`. */
  key: string;
}

/** A profile that puts the signature into a field of the document. Everything but the two fields stays byte for byte. */
export function fieldSign(place: FieldPlace, options: FieldSignOptions = {}): SigningProfile {
  const { algorithm } = suiteByName(options.suite ?? "rsa-sha256");
  const input = options.input ?? "canonical";
  return {
    name: place.name,
    field: place,
    algorithm,
    async sign(request, signer) {
      const identity = await signer.identity();
      const suite = suiteFor(options.suite, identity);
      const payload = await signInside(
        request,
        (root) => containerIn(root, place) !== undefined,
        async (document) => {
          let ready = document;
          if (place.certificate) {
            ready = await fill(ready, place, place.certificate, identity.certificateNumber);
          }
          ready = await fill(ready, place, place.signature, "");
          const data = await inputOf(ready, place, input);
          const value = (await signer.sign(suite.algorithm, data)).toString("base64");
          if (value.length > place.length) throw tooLong(place, value.length);
          return splice(ready.source, [filling(ready, place, place.signature, value)]);
        },
      );
      return { payload };
    },
  };
}

/** The element nearest to the root that has this name: the container stands below the long lists, which are not to be gone through for it. */
export function containerIn(root: XmlElement, { container }: Pick<FieldPlace, "container">): XmlElement | undefined {
  for (let level: readonly XmlElement[] = [root]; level.length > 0; level = level.flatMap(({ children }) => children)) {
    const found = level.find(({ name }) => name === container);
    if (found) return found;
  }
  return undefined;
}

function containerOf(document: OpenedXml, place: FieldPlace): XmlElement {
  return containerIn(document.root, place) as XmlElement;
}

async function inputOf(document: OpenedXml, place: FieldPlace, input: FieldInput): Promise<Buffer> {
  if (input === "bytes") return document.source.bytes;
  if (input === "canonical") return canonicalDocument(document.source);
  return Buffer.from(containerOf(document, place).textAt(place.key));
}

/** The document with a field of the container set. */
function fill(document: OpenedXml, place: FieldPlace, field: string, value: string): Promise<OpenedXml> {
  return edited(document, [filling(document, place, field, value)]);
}

/** What sets a field of the container; one that is missing is put where its neighbours say. */
function filling(document: OpenedXml, place: FieldPlace, field: string, value: string): Edit {
  const container = containerOf(document, place);
  const found = container.child(field);
  if (found && !found.selfClosed) return { start: found.openEnd, end: found.close, text: value };
  const prefix = found?.qualifiedName ?? [container.prefix, field].filter(Boolean).join(":");
  const text = `<${prefix}>${value}</${prefix}>`;
  if (found) return { start: found.start, end: found.end, text };
  const before = (place.behind[field] ?? []).map((name) => container.child(name)).find((child) => child);
  const at = before ? before.end : container.openEnd;
  if (container.selfClosed) throw emptyContainer(place);
  return { start: at, end: at, text };
}

function emptyContainer(place: FieldPlace): ImportClientError {
  return new ImportClientError(
    "SW-XSD",
    { zh: `${place.container} 为空，无法签名`, en: `${place.container} is empty, there is nothing to sign` },
    { advice: { zh: `请填写 ${place.container}。`, en: `Fill in ${place.container}.` } },
  );
}

function tooLong(place: FieldPlace, length: number): ImportClientError {
  const field = `${place.container}/${place.signature}`;
  return new ImportClientError(
    "C134",
    {
      zh: `签名长 ${length} 字符，超过 ${field} 的 ${place.length} 字符`,
      en: `the signature has ${length} characters, ${field} holds ${place.length}`,
    },
    {
      advice: {
        zh: "该字段只能容纳 RSA-1024 或 SM2 卡的签名，请使用相应的卡，或改用 detached 签名方式。",
        en: "The field holds the signature of an RSA-1024 or SM2 card: use such a card, or the profile detached.",
      },
      kind: "waits",
      details: { inner: "SIGNATURE-TOO-LONG" },
    },
  );
}
