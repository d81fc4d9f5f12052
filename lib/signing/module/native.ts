import { messageOf } from "../../errors.js";
import { TokenError } from "./errors.js";

/** A function of a C library: numbers, handles, and buffers that are read and filled in their place. */
export type NativeFunction = (...args: (Buffer | number | bigint | null)[]) => number;

/** Types of arguments, as koffi names them. `handle`: what the library gives us to bring again, and looks at itself. */
const TYPES = { buffer: "void *", number: "uint32_t", handle: "uintptr_t" } as const;
type ArgumentType = keyof typeof TYPES;

/** What is used of koffi. */
interface Koffi {
  load(path: string): { func(...definition: unknown[]): NativeFunction };
  decode(pointer: unknown, offset: number, type: string): number;
}

/** Longest text of a library that is read. */
const LONGEST = 512;

/** Windows programs of 32 bit: the callee takes the arguments from the stack. Elsewhere there is one convention. */
const STDCALL = process.platform === "win32" && process.arch === "ia32";

/** A C library without headers, by koffi, which is an optional package: loaded with the first library. */
export class NativeLibrary {
  private readonly koffi: Koffi;
  private readonly library: ReturnType<Koffi["load"]>;

  /** `stdcall`: its functions are of that convention where there is one. Throws TokenError. */
  constructor(
    module: string,
    private readonly stdcall = false,
  ) {
    try {
      this.koffi = require("koffi") as Koffi;
    } catch (error) {
      throw new TokenError("KOFFI-MISSING", messageOf(error), false);
    }
    try {
      this.library = this.koffi.load(module);
    } catch (error) {
      throw new TokenError("MODULE-NOT-LOADED", messageOf(error), false);
    }
  }

  /** A function that has to be there: throws TokenError with its name. */
  need(name: string, ...args: ArgumentType[]): NativeFunction {
    const found = this.find(name, ...args);
    if (found) return found;
    throw new TokenError("FUNCTION-MISSING", `the library has no function ${name}`, false);
  }

  /** One that may be missing. */
  find(name: string, ...args: ArgumentType[]): NativeFunction | undefined {
    return this.define(name, "uint32_t", args);
  }

  /** One that gives a text, at most 512 bytes of it, in GBK as these libraries have it; undefined where it is missing. */
  text(name: string, ...args: ArgumentType[]): ((...given: number[]) => string) | undefined {
    const call = this.define(name, "void *", args);
    return call && ((...given) => this.textAt(call(...given)));
  }

  private define(name: string, result: string, args: readonly ArgumentType[]): NativeFunction | undefined {
    const types = args.map((type) => TYPES[type]);
    try {
      return this.stdcall && STDCALL
        ? this.library.func("__stdcall", name, result, types)
        : this.library.func(name, result, types);
    } catch {
      return undefined;
    }
  }

  private textAt(pointer: unknown): string {
    const bytes: number[] = [];
    if (!pointer) return "";
    for (let at = 0; at < LONGEST; at++) {
      const byte = this.koffi.decode(pointer, at, "uint8_t");
      if (byte === 0) break;
      bytes.push(byte);
    }
    return gbk(Buffer.from(bytes));
  }
}

/** Text of a library, up to its first zero byte. */
export function gbk(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("gbk").decode(end === -1 ? bytes : bytes.subarray(0, end)).trim();
}

/** Asks a function that fills a buffer and says how long it is, in and out. Resolves to its code and the bytes. */
export function filled(call: NativeFunction, size: number, ...before: (Buffer | number | bigint)[]): [number, Buffer] {
  const bytes = Buffer.alloc(size);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(size);
  const code = call(...before, bytes, length);
  return [code, bytes.subarray(0, Math.min(length.readUInt32LE(), size))];
}
