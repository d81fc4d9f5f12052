import { DefaultDeserializer, DefaultSerializer } from "node:v8";

/** Bytes of a frame's head: the length of the body, then that of the bytes behind it, each 32 bits, little end first. */
const HEAD = 8;

/** Bytes that are longer stand behind the body as they are: to write 90 MB into it takes a twentieth of a second at once. */
const LARGE = 64 * 1024;

type View = NodeJS.ArrayBufferView;

/** Says of each Buffer in a value whether it stands in the body or behind it. */
class Body extends DefaultSerializer {
  readonly behind: Buffer[] = [];

  _writeHostObject(view: View): void {
    const isBehind = view.byteLength > LARGE;
    this.writeUint32(isBehind ? 1 : 0);
    if (!isBehind) {
      // The declared types leave the method out.
      (DefaultSerializer.prototype as unknown as Body)._writeHostObject.call(this, view);
      return;
    }
    this.writeUint32(view.byteLength);
    this.behind.push(Buffer.from(view.buffer, view.byteOffset, view.byteLength));
  }
}

class BodyReader extends DefaultDeserializer {
  private at = 0;

  constructor(
    body: Buffer,
    private readonly behind: Buffer,
  ) {
    super(body);
  }

  _readHostObject(): unknown {
    if (this.readUint32() === 0)
      return (DefaultDeserializer.prototype as unknown as BodyReader)._readHostObject.call(this);
    const length = this.readUint32();
    this.at += length;
    return this.behind.subarray(this.at - length, this.at);
  }
}

/**
 * A value as one frame, in pieces to be written in their order: its head, its body as V8 writes it, and large Buffers behind it. These are
 * not copied: they must not change until they are written.
 */
export function frameOf(value: unknown): Buffer[] {
  const serializer = new Body();
  // The head's place first, so that the body is written once.
  serializer.writeRawBytes(Buffer.alloc(HEAD));
  serializer.writeHeader();
  serializer.writeValue(value);
  const frame = serializer.releaseBuffer();
  frame.writeUInt32LE(frame.length - HEAD);
  frame.writeUInt32LE(
    serializer.behind.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return [frame, ...serializer.behind];
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
      const body = HEAD + bytes.readUInt32LE();
      const end = body + bytes.readUInt32LE(4);
      if (bytes.length < end) {
        this.wanted = end;
        break;
      }
      values.push(valueIn(bytes.subarray(HEAD, body), bytes.subarray(body, end)));
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

function valueIn(body: Buffer, behind: Buffer): unknown {
  const reader = new BodyReader(body, behind);
  reader.readHeader();
  return reader.readValue();
}
