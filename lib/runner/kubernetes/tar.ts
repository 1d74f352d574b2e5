/** Two blocks of zeros end an archive. */
export const TAR_END = new Uint8Array(1024);
const BLOCK = 512;
const NAME_FIELD = 100;
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

/**
 * The header of a regular file in GNU's form, which busybox's tar understands whole: long names by
 * an entry of their own, names in UTF-8 as they are, sizes above 8 GiB in base 256. What is in the
 * archive may be read, changed and (when executable) run by every user, because any may run there.
 */
export function tarHeader(file: { path: string; size: number; isExecutable: boolean }): Uint8Array {
  const name = Buffer.from(file.path);
  const header = headerBlock(name, file.size, {
    type: "0",
    mode: file.isExecutable ? 0o777 : 0o666,
  });
  if (name.length <= NAME_FIELD) return header;
  const long = Buffer.concat([name, Buffer.alloc(1)]);
  const longHeader = headerBlock(Buffer.from("././@LongLink"), long.length, { type: "L", mode: 0 });
  return Buffer.concat([longHeader, long, tarPadding(long.length), header]);
}

/** Zeros up to the next block. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

function headerBlock(
  name: Buffer,
  size: number,
  { type, mode }: { type: string; mode: number },
): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0, 0, NAME_FIELD);
  const octal = (value: number, offset: number, length: number): number =>
    block.write(value.toString(8).padStart(length - 1, "0"), offset);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (size <= MAX_OCTAL_SIZE) octal(size, 124, 12);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(0, 136, 12);
  block.write("        ", 148);
  block.write(type, 156);
  block.write("ustar  \0", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
