/** Reads the numbers of a header. A field beyond the known bytes is undefined, so nothing here throws. */
export interface HeaderFields {
  u16(offset: number): number | undefined;
  u32(offset: number): number | undefined;
  /** Above 2^53 the value is rounded, which is precise enough to compare it with the size of a file. */
  u64(offset: number): number | undefined;
}

export function bigEndian(bytes: Buffer): HeaderFields {
  return {
    u16: (offset) => (has(bytes, offset, 2) ? bytes.readUInt16BE(offset) : undefined),
    u32: (offset) => (has(bytes, offset, 4) ? bytes.readUInt32BE(offset) : undefined),
    u64: (offset) => (has(bytes, offset, 8) ? Number(bytes.readBigUInt64BE(offset)) : undefined),
  };
}

export function littleEndian(bytes: Buffer): HeaderFields {
  return {
    u16: (offset) => (has(bytes, offset, 2) ? bytes.readUInt16LE(offset) : undefined),
    u32: (offset) => (has(bytes, offset, 4) ? bytes.readUInt32LE(offset) : undefined),
    u64: (offset) => (has(bytes, offset, 8) ? Number(bytes.readBigUInt64LE(offset)) : undefined),
  };
}

/** Whether these bytes, as one character each, are at the offset. */
export function hasMagic(bytes: Buffer, magic: string, offset = 0): boolean {
  return bytes.toString('latin1', offset, offset + magic.length) === magic;
}

/** Whether something certainly ends beyond the end of the file: both positions must be known. */
export function isBeyond(endBytes: number | undefined, sizeBytes: number | undefined): boolean {
  return endBytes !== undefined && sizeBytes !== undefined && endBytes > sizeBytes;
}

function has(bytes: Buffer, offset: number, length: number): boolean {
  return Number.isSafeInteger(offset) && offset >= 0 && offset + length <= bytes.length;
}
