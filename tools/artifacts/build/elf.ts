import * as fs from 'node:fs';

/** The machine that an ELF file is for, as its header numbers it. */
export const elfMachines = { x64: 62, arm64: 183 } as const;

/** What the header of a program says. */
export interface ElfHeader {
  readonly machine: number;
  /** It asks for a dynamic linker, and so for libraries of the machine that it runs on. */
  readonly isDynamic: boolean;
}

const PT_INTERP = 3;

/** The header of a 64-bit little-endian ELF file; undefined for anything else. */
export function readElf(file: string): ElfHeader | undefined {
  const elf = fs.readFileSync(file);
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) return undefined;
  const at = Number(elf.readBigUInt64LE(32));
  const size = elf.readUInt16LE(54);
  const types = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => elf.readUInt32LE(at + index * size));
  return { machine: elf.readUInt16LE(18), isDynamic: types.includes(PT_INTERP) };
}
