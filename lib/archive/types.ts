/** One file of a ZIP. */
export interface ZipEntry {
  name: string;
  bytes: Buffer;
}

/** What `readZip` enforces while inflating (promises 5). */
export interface ZipLimits {
  entries: number;
  /** Bytes of all entries together, uncompressed. */
  totalBytes: number;
  /** Uncompressed : compressed, over the whole archive. */
  ratio: number;
}
