import {readFileSync} from 'node:fs';
import {expect, it} from '@jest/globals';

interface Lockfile {
  readonly packages: Readonly<Record<string, {readonly engines?: {readonly node?: string} | readonly string[]}>>;
}

const LOCKFILE: Lockfile = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));

const acceptsNode20 = (range: string): boolean =>
  range.split('||').some((part) => {
    const [, operator, major] = /(>=|\^|~)?\s*v?(\d+|\*)/.exec(part) ?? [];
    return major === '*' || (operator === '>=' ? Number(major) <= 20 : Number(major) === 20);
  });

// For any other package, `npm ci` prints a warning (EBADENGINE) on Node 20.
it('all packages that npm installs accept Node 20', () => {
  const ranges = Object.entries(LOCKFILE.packages).flatMap(([path, {engines}]) => {
    const range = engines !== undefined && 'node' in engines ? engines.node : undefined;
    return range === undefined ? [] : [{path, range}];
  });
  expect(ranges.length).toBeGreaterThan(100);
  expect(ranges.filter(({range}) => !acceptsNode20(range))).toEqual([]);
});
