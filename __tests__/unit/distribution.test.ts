import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';

interface Lockfile {
  readonly packages: Readonly<Record<string, {readonly version?: string; readonly hasInstallScript?: boolean}>>;
}

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

const {packages}: Lockfile = JSON.parse(read('package-lock.json'));
/** Of every package that can be installed, `name@version` and whether it then runs a script of its own. */
const installScripts = new Map(
  Object.entries(packages).map(([folder, {version, hasInstallScript = false}]) => [
    `${folder.split('node_modules/').at(-1)}@${version}`,
    hasInstallScript,
  ]),
);

describe.each(['upload', 'post', 'wait', 'promote', 'prune'])('dist/%s', (action) => {
  const files = readdirSync(new URL(`dist/${action}/`, ROOT));
  const bundled = [...read(`dist/${action}/licenses.txt`).matchAll(/^(\S+@\d\S*) \([\w.-]+\)$/gm)];

  it('has the code that runs, and its licences', () => {
    // A chunk is loaded by its number, only when it is needed, by the entry or by another chunk.
    const code = files.filter((name) => name.endsWith('.js')).map((name) => read(`dist/${action}/${name}`));
    const loaded = code.flatMap((text) => [...text.matchAll(/\.e\((\d+)\)/g)]);
    const chunks = new Set(loaded.map(([, number]) => `${number}.index.js`));
    expect(files.sort()).toEqual([...chunks, 'index.js', 'licenses.txt', 'package.json'].sort());
  });

  it('needs no package that runs a script when it is installed', () => {
    expect(bundled.length).toBeGreaterThan(5);
    expect(bundled.map(([, name = '']) => [name, installScripts.get(name)])).toEqual(
      bundled.map(([, name]) => [name, false]),
    );
  });
});

it('packages with an install script are detected', () => {
  expect([...installScripts].filter(([, hasOne]) => hasOne).map(([name]) => name)).toContainEqual(
    expect.stringMatching(/^@swc\/core@/),
  );
});
