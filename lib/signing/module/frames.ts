import { DefaultSerializer, deserialize } from "node:v8";

/** Bytes of a frame's head: the length of what follows. */
const HEAD = 4;

/** A value as one frame: its length (32 bits, little end first), then its bytes as V8 writes them. */
export function frameOf(value: unknown): Buffer {
  const serializer = new DefaultSerializer();
  // The head's place first, so that the body is written once.
  serializer.writeRawBytes(Buffer.alloc(HEAD));
  serializer.writeHeader();
  serializer.writeValue(value);
  const frame = serializer.releaseBuffer();
  frame.writeUInt32LE(frame.length - HEAD);
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
