import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Does something with an image that is a file on this machine, for that time. */
export async function withImageFile<T>(image: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const path = join(folder, 'trainer.qcow2');
  writeFileSync(path, image);
  try {
    return await use(path);
  } finally {
    rmSync(folder, {recursive: true});
  }
}
