import { deserialize, serialize } from "node:v8";

/** Bytes of a frame's head: the length of what follows. */
const HEAD = 4;

/** A value as one frame: its length (32 bits, little end first), then its bytes as V8 writes them. */
export function frameOf(value: unknown): Buffer {
  const body = serialize(value);
  const frame = Buffer.allocUnsafe(HEAD + body.length);
  frame.writeUInt32LE(body.length);
  body.copy(frame, HEAD);
  return frame;
}

/** Takes frames out of a stream of bytes, wherever it is cut. Both ends run the same Node. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The values that are whole with this piece. */
  push(piece: Buffer): unknown[] {
    let bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    const values: unknown[] = [];
    while (bytes.length >= HEAD) {
      const end = HEAD + bytes.readUInt32LE();
      if (bytes.length < end) break;
      values.push(deserialize(bytes.subarray(HEAD, end)));
      bytes = bytes.subarray(end);
    }
    // A copy: the piece's memory is its owner's to use again.
    this.rest = bytes.length === 0 ? Buffer.alloc(0) : Buffer.from(bytes);
    return values;
  }
}
