/** The images that `qemu-img` makes: `convert` of a disk, or `create` of an empty one. */
export interface Variant {
  readonly name: string;
  readonly format: string;
  /** `-o` and the like. */
  readonly options: readonly string[];
  /** Default: convert. */
  readonly command?: 'convert' | 'create' | 'snapshot';
  readonly warnings?: number;
}

const of = (format: string, name: string, options: readonly string[], more: Partial<Variant> = {}): Variant => ({
  format,
  name,
  options,
  ...more,
});
const qcow2 = (name: string, ...options: readonly string[]) => of('qcow2', name, options);

/** Every one of them can boot a machine. */
export const GOOD: readonly Variant[] = [
  qcow2('as it comes'),
  qcow2('version 2', '-o', 'compat=0.10'),
  qcow2('version 2, compressed', '-c', '-o', 'compat=0.10'),
  qcow2('version 2, clusters of 512 bytes', '-o', 'compat=0.10,cluster_size=512'),
  qcow2('compressed by zlib', '-c'),
  qcow2('compressed by zstd', '-c', '-o', 'compression_type=zstd'),
  qcow2('zstd, not compressed', '-o', 'compression_type=zstd'),
  ...['512', '4k', '16k', '256k', '2M'].map((size) => qcow2(`clusters of ${size}`, '-o', `cluster_size=${size}`)),
  qcow2('clusters of 2M, compressed', '-c', '-o', 'cluster_size=2M'),
  qcow2('lazy refcounts', '-o', 'lazy_refcounts=on'),
  ...['1', '8', '64'].map((bits) => qcow2(`refcounts of ${bits} bits`, '-o', `refcount_bits=${bits}`)),
  ...['metadata', 'falloc', 'full'].map((mode) => qcow2(`preallocation ${mode}`, '-o', `preallocation=${mode}`)),
  of('qcow2', 'extended L2', ['-o', 'extended_l2=on'], {warnings: 1}),
  of('qcow2', 'with snapshots', [], {command: 'snapshot'}),
  of('qcow2', 'empty', [], {command: 'create'}),
  of('qcow2', 'empty, clusters of 512 bytes', ['-o', 'cluster_size=512'], {command: 'create'}),
  of('qcow2', 'empty, version 2', ['-o', 'compat=0.10'], {command: 'create'}),
  ...['metadata', 'full'].map((mode) =>
    of('qcow2', `empty, preallocation ${mode}`, ['-o', `preallocation=${mode}`], {command: 'create'}),
  ),
  of('qcow', 'version 1', [], {warnings: 1}),
  of('vpc', 'dynamic', []),
  of('vpc', 'dynamic, of the size asked for', ['-o', 'force_size=on']),
  of('vpc', 'dynamic, empty', [], {command: 'create'}),
  of('vpc', 'fixed', ['-o', 'subformat=fixed']),
  of('vpc', 'fixed, of the size asked for', ['-o', 'subformat=fixed,force_size=on']),
  of('vhdx', 'dynamic', []),
  of('vhdx', 'fixed', ['-o', 'subformat=fixed']),
  of('vhdx', 'blocks of 1 MiB', ['-o', 'block_size=1M']),
  of('vdi', 'dynamic', []),
  of('vdi', 'static', ['-o', 'static=on']),
  of('vdi', 'empty', [], {command: 'create'}),
  of('vmdk', 'monolithicSparse', [], {warnings: 1}),
  of('vmdk', 'streamOptimized', ['-o', 'subformat=streamOptimized'], {warnings: 1}),
  of('vmdk', 'empty', [], {command: 'create', warnings: 1}),
  of('parallels', 'ploop', []),
  of('parallels', 'ploop, empty', [], {command: 'create'}),
  of('qed', 'as it comes', [], {warnings: 1}),
  of('raw', 'raw', []),
];

/** Options, and the fault that is named. `$data`, `$base` and `$key` stand for a file beside the image. */
export const BAD: readonly (Variant & {readonly fault: RegExp})[] = [
  {...of('qcow2', 'overlay', ['-b', '$base', '-F', 'qcow2'], {command: 'create'}), fault: /needs its backing file/},
  {...of('qcow2', 'external data file', ['-o', 'data_file=$data'], {command: 'create'}), fault: /external data file/},
  {...of('qed', 'overlay', ['-b', '$base', '-F', 'qcow2'], {command: 'create'}), fault: /needs its backing file/},
  {
    ...of('qcow2', 'AES', ['--object', 'secret,id=k,file=$key', '-o', 'encrypt.format=aes,encrypt.key-secret=k'], {
      command: 'create',
    }),
    fault: /encrypted \(qcow2, AES\)/,
  },
  {...of('vmdk', 'monolithicFlat', ['-o', 'subformat=monolithicFlat']), fault: /descriptor of a VMDK alone/},
  {...of('vmdk', 'twoGbMaxExtentSparse', ['-o', 'subformat=twoGbMaxExtentSparse']), fault: /descriptor of a VMDK/},
  {...of('vmdk', 'twoGbMaxExtentFlat', ['-o', 'subformat=twoGbMaxExtentFlat']), fault: /descriptor of a VMDK/},
];
