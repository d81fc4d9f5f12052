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

/**
 * Takes frames out of a stream of bytes, wherever it is cut. What comes of a frame that is not whole yet is put together once, when it
 * is: a document of 90 MB comes in more than a thousand pieces. Both ends run the same Node.
 */
export class FrameReader {
  private pieces: Buffer[] = [];
  private held = 0;
  /** Bytes of the frame that is not whole yet, as far as that is known. */
  private wanted = HEAD;

  /** The values that are whole with this piece. */
  push(piece: Buffer): unknown[] {
    if (this.held + piece.length < this.wanted) {
      this.keep(piece);
      return [];
    }
    let bytes = this.held === 0 ? piece : Buffer.concat([...this.pieces, piece]);
    const values: unknown[] = [];
    this.pieces = [];
    this.held = 0;
    this.wanted = HEAD;
    while (bytes.length >= HEAD) {
      const end = HEAD + bytes.readUInt32LE();
      if (bytes.length < end) {
        this.wanted = end;
        break;
      }
      values.push(deserialize(bytes.subarray(HEAD, end)));
      bytes = bytes.subarray(end);
    }
    if (bytes.length > 0) this.keep(bytes);
    return values;
  }

  /** A copy: the piece's memory is its owner's to use again. */
  private keep(piece: Buffer): void {
    this.pieces.push(Buffer.from(piece));
    this.held += piece.length;
  }
}
