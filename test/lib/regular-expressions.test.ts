import assert from "node:assert/strict";
import { join } from "node:path";
import { adviceFor } from "../../lib/advice/index.js";
import { brokerFault } from "../../lib/amqp/faults.js";
import { maskSecrets } from "../../lib/mask.js";
import { receiptFileName } from "../../lib/receipts/file-name.js";
import { openXml } from "../../lib/xml/encoding.js";
import { schemaWords } from "../../lib/xml/schema-words.js";
import { whyNotLinear } from "../support/linear-regex.js";
import { expressionsIn } from "../support/source-expressions.js";

const MEGABYTE = 1024 * 1024;
const filled = (piece: string, length = MEGABYTE): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/**
 * What has no proof and sees outside text, each with what bounds it: a `limit` on the characters that reach it, or the
 * function that cuts the text before, with which it is measured on a megabyte. `worst`: a piece whose repetition costs most.
 */
const BOUNDED: Readonly<
  Record<string, { worst: string; limit: number } | { worst: string; by: (text: string) => unknown }>
> = {
  "/(?<=\\p{Script=Han})\\s+(?=\\p{Script=Han})/gu": {
    worst: "文        ",
    by: (text) => adviceFor({ kind: "import", ok: false, code: "1", format: "DecImportResponse", text }),
  },
  "/vhost .*not found/i": { worst: "vhost ", by: fault },
  "/access to vhost|vhost .*is down|NOT_ALLOWED|Expected ConnectionOpenOk/i": { worst: "vhost ", by: fault },
  "/login (was )?refused|Handshake terminated.*403|ACCESS_REFUSED - Login/i": {
    worst: "Handshake terminated",
    by: fault,
  },
  // 1,000 characters as above; it is asked only for what that function does not know.
  '/message "(.*)"/': { worst: 'message "', limit: 1000 },
  // A file's name has 255 bytes.
  "/^[. ]+|[. ]+$/g": { worst: `${" ".repeat(254)}a`, limit: 255 },
  // The first 256 bytes of a document.
  "/^(?:\\xef\\xbb\\xbf|\\x84\\x31\\x95\\x33)?<\\?xml\\s[^>]*?encoding\\s*=\\s*([\"'])([A-Za-z][A-Za-z0-9._-]*)\\1/": {
    worst: '<?xml encoding="a',
    by: (text) => openXml(Buffer.from(text)),
  },
  "/\\[facet '(?:minLength|length)'\\].*length of '(\\d+)'.*'(\\d+)'/": {
    worst: "[facet 'length'] length of '1'",
    by: words,
  },
  "/\\[facet 'enumeration'\\] The value '([^']*)' is not an element of the set (.*?)\\.?$/": {
    worst: "[facet 'enumeration'] The value '' is not an element of the set \n",
    by: words,
  },
  "/\\[facet 'pattern'\\] The value '([^']*)' is not accepted by the pattern '(.*)'/": {
    worst: "[facet 'pattern'] The value '' is not accepted by the pattern '",
    by: words,
  },
  "/\\[facet '(\\w+)'\\] (.*)$/": { worst: "[facet 'a'] \n", by: words },
  "/(?:Element content is not allowed|child elements? .*not allowed)/": { worst: "child element ", by: words },
  // A token's fields have 32 bytes at most (PKCS #11, CK_TOKEN_INFO).
  "/[\\0 ]+$/": { worst: `${" ".repeat(31)}a`, limit: 32 },
};

/** What sees only texts of our own, files that the user installed (schemas, a key file), or what a person types into a dialog. */
const OURS: ReadonlySet<string> = new Set([
  "/[。.\\s]+$/",
  "/（[^）]*）$/",
  "/-----BEGIN ([A-Z0-9 ]+)-----[\\s\\S]+?-----END \\1-----/g",
  "/(<[\\w.-]*:?(?:include|import|redefine)\\b[^>]*?\\sschemaLocation\\s*=\\s*)([\"'])([^\"']*)\\2/g",
  "/element[^<>]*?\\sname\\s*=\\s*[\"']([^\"']*)/g",
  "/^\\s*(0x[0-9a-f]{1,8}|\\d{1,10})?\\s*$/i",
  "/^(\\[[^\\s[\\]]*:[^\\s[\\]]*\\](:\\d{1,5})?|[^\\s:[\\]]+(:\\d{1,5})?|[0-9A-Fa-f:.%]+)$/",
]);

/** What is put together while the program runs: codes of a card; an advice file's, for 8,000 characters; digits of a date. */
const PUT_TOGETHER: readonly string[] = ["lib/advice/faq.ts", "lib/advice/load.ts", "lib/model/dates.ts"];

function fault(text: string): unknown {
  return brokerFault(new Error(text));
}

function words(text: string): unknown {
  return schemaWords(text, { zh: "a", en: "a" });
}

/** How often a work may be measured: what is linear gets quick once it is compiled. What takes a second is not. */
const TRIES = 12;
const SURELY_NOT = 1000;

/** Processor time in milliseconds. */
function cost(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Looking at each character of a megabyte once. */
function lookAtEach(): number {
  const text = filled("abcdefgh");
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
  return sum;
}

describe("regular expressions", () => {
  const all = expressionsIn(join(__dirname, "..", ".."), ["lib", "nodes"]);
  const literals = all.flatMap(({ file, code, literal }) => (literal ? [{ file, code, ...literal }] : []));
  before("the look at each character is compiled", () => {
    for (let times = 0; times < 5; times++) lookAtEach();
  });

  /**
   * 20 ms for a megabyte, told by what a look at each of its characters takes here and now: the quickest of as many tries as
   * it takes, for others work on the machine at the same time, and the engine compiles what it has just begun with.
   */
  function assertQuick(what: string, work: () => unknown): void {
    let took = Infinity;
    let look = Infinity;
    for (let tries = 0; tries < TRIES; tries++) {
      look = Math.min(look, Math.max(0.5, cost(lookAtEach)));
      took = Math.min(took, cost(work));
      if (took < 20 * look) return;
      if (took > SURELY_NOT) break;
    }
    assert.fail(`${what}: ${took.toFixed(1)} ms, a look at each character takes ${look.toFixed(1)} ms`);
  }

  it("are linear by proof, or listed with what bounds them", () => {
    assert.ok(literals.length > 200, `${literals.length} found`);
    const unproven = literals.filter(({ pattern, flags }) => whyNotLinear(pattern, flags) !== undefined);
    const forgotten = unproven.filter(({ code }) => !(code in BOUNDED) && !OURS.has(code));
    assert.deepEqual(
      forgotten.map(({ file, code, pattern, flags }) => `${file} ${code}: ${whyNotLinear(pattern, flags)}`),
      [],
    );
    const known = new Set(unproven.map(({ code }) => code));
    assert.deepEqual(
      [...Object.keys(BOUNDED), ...OURS].filter((code) => !known.has(code)),
      [],
      "listed, and nowhere in the sources or proven in the meantime",
    );
    const built = all.filter(({ literal }) => !literal).map(({ file }) => file);
    assert.deepEqual([...new Set(built)].sort(), PUT_TOGETHER);
  });

  for (const [code, bound] of Object.entries(BOUNDED)) {
    it(`${code} takes no longer than its bound allows`, () => {
      if ("by" in bound) {
        const text = filled(bound.worst);
        assertQuick(code, () => bound.by(text));
      } else {
        const found = literals.find((literal) => literal.code === code);
        const pattern = new RegExp(found?.pattern ?? "", found?.flags);
        const text = filled(bound.worst, bound.limit);
        assertQuick(code, () => text.replace(pattern, ""));
      }
    });
  }

  const functions: [name: string, pieces: string[], work: (text: string) => unknown][] = [
    [
      "masking secrets",
      [
        "a",
        "a.",
        "x://a:",
        "x://a:1/",
        "x://a:1@",
        "x://a:@",
        "://",
        "password",
        "password ",
        "pin=",
        "密码 ",
        "a:b@",
        " ",
      ],
      maskSecrets,
    ],
    [
      "a receipt's file name",
      [" ", ".", " a", "\u200e", ".xml"],
      (text) => receiptFileName({ kind: "import", ok: true }, text, 0),
    ],
  ];
  for (const [name, pieces, work] of functions) {
    for (const piece of pieces) {
      it(`${name}: a megabyte of ${JSON.stringify(piece)}`, () => {
        const text = filled(piece);
        assertQuick(name, () => work(text));
      });
    }
  }
});

describe("the proof that a regular expression is linear", () => {
  const slow = [
    ...["\\s+$", "a+b", "^(a+)+$", "^(a|a)*$", "^(a?){90}$", "<!--[\\s\\S]*?-->", "<\\/([^\\s>]+)\\s*>$", "(a*)*b"],
    ...["^a*a*$", "^[ab]*b+$", "a.*b", "(?:x|)a*b", "(a)\\1", "^(?:ab?)*b*a*$", "(?=a*)b", "a{2,}b", "^(a{0,9}){9}$"],
  ];
  for (const pattern of slow) {
    it(`is not given for /${pattern}/`, () => assert.notEqual(whyNotLinear(pattern, ""), undefined));
  }
  const linear = [
    "^\\s+",
    "\\s+",
    "[^x]+",
    "'([^']*)' is",
    "^a*b*$",
    "^(?:a|b)*c$",
    "\\d{1,5}x",
    "^(?:ab)*$",
    "a(?=b)",
    "x",
  ];
  for (const pattern of linear) {
    it(`is given for /${pattern}/`, () => assert.equal(whyNotLinear(pattern, ""), undefined));
  }
  it("knows that case, stickiness and line starts change what is linear", () => {
    assert.equal(whyNotLinear("A[^a]*b", ""), "the start of a match and [^a] read the same text one after the other");
    assert.equal(whyNotLinear("A[^a]*b", "i"), undefined);
    assert.equal(whyNotLinear("a+b", "y"), undefined);
    assert.notEqual(whyNotLinear("^a*$", "m"), undefined);
  });
});
