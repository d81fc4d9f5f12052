// `node --require scripts/code-cache.cjs red.js`, SW_CODE_CACHE a folder: what V8 has made of each CommonJS file is kept there by the first
// process that ends, and read by all after it. A test run starts some hundred Node-REDs, and each compiles the same 1,500 files.
// Node.js 22 does this itself (NODE_COMPILE_CACHE).
// Plain JavaScript: nothing that reads anything else is there yet.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");
const vm = require("node:vm");
const { isMainThread } = require("node:worker_threads");

/** Scripts that were compiled here, by file. */
const compiled = new Map();

/** A file as it is now. */
function keyOf(file) {
  const { mtimeMs, size } = statSync(file);
  return `${file} ${mtimeMs} ${size}`;
}

/** `<length of the index, 4 bytes><index: [key, from, length] as JSON><data>`. */
function read(file) {
  const known = new Map();
  if (!existsSync(file)) return known;
  const bytes = readFileSync(file);
  const data = 4 + bytes.readUInt32LE(0);
  for (const [key, from, length] of JSON.parse(bytes.subarray(4, data)))
    known.set(key, bytes.subarray(data + from, data + from + length));
  return known;
}

function write(file) {
  const index = [];
  const parts = [];
  let from = 0;
  for (const [key, script] of compiled) {
    const part = script.createCachedData();
    index.push([key, from, part.length]);
    parts.push(part);
    from += part.length;
  }
  const head = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  // Others may be at it at the same time.
  const written = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(written, Buffer.concat([length, head, ...parts]));
  renameSync(written, file);
}

/** As Node.js makes it. */
function requireOf(module) {
  const own = (id) => module.require(id);
  own.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  own.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  return Object.assign(own, { main: process.mainModule, extensions: Module._extensions, cache: Module._cache });
}

function register(folder) {
  const of = createHash("sha256").update(`${process.version} ${process.arch} ${process.argv[1]}`).digest("hex");
  const file = join(folder, of.slice(0, 16));
  const known = read(file);
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (content, filename) {
    // What is read from the cache cannot import by itself: Node.js 20 then knows no loader for it.
    if (!filename.endsWith(".js") || content.includes("import(")) return _compile.call(this, content, filename);
    const key = keyOf(filename);
    const script = new vm.Script(Module.wrap(content.replace(/^#!.*/, "")), { filename, cachedData: known.get(key) });
    compiled.set(key, script);
    const run = script.runInThisContext({ displayErrors: true });
    return run.call(this.exports, this.exports, requireOf(this), this, filename, dirname(filename));
  };
  if (known.size > 0) return;
  process.once("exit", () => {
    try {
      if (!existsSync(file)) write(file);
    } catch {
      // The next one compiles all of it again.
    }
  });
}

const folder = process.env.SW_CODE_CACHE;
if (folder && isMainThread && Number.parseInt(process.versions.node, 10) < 22) register(folder);
