import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {afterEach, describe, expect, it} from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../simulator/main.ts', import.meta.url));

const children: ChildProcess[] = [];

// A child that outlives a failed test would keep the whole run from ending.
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(...options: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...options], {stdio: ['ignore', 'pipe', 'inherit']});
  children.push(child);
  return child;
}

describe('the simulator on its own', () => {
  it('prints a URL and a key that work, and stops on SIGTERM', async () => {
    const child = start('--import-seconds', '0');
    const told = new Map<string, string>();
    for await (const line of createInterface({input: child.stdout})) {
      const [, name, value] = /^(URL|API key) +(\S+)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) told.set(name, value);
      if (line.startsWith('curl')) break;
    }
    const headers = {authorization: `apikey ${told.get('API key')}`};
    const reply = await fetch(`${told.get('URL')}/cloud/v3/gpu/virtual/1/7/images`, {headers});
    expect(await reply.json()).toMatchObject({results: [{visibility: 'public'}]});
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await gone).toEqual(process.platform === 'win32' ? [null, 'SIGTERM'] : [0, null]);
  });

  it('has as many regions as it is given', async () => {
    const child = start('--regions', '27');
    const lines: string[] = [];
    for await (const line of createInterface({input: child.stdout})) {
      lines.push(line);
      if (line.startsWith('curl')) break;
    }
    expect(lines).toContain('Regions  27');
    const origin = /^URL +(\S+)$/m.exec(lines.join('\n'))?.[1];
    const key = /^API key +(\S+)$/m.exec(lines.join('\n'))?.[1];
    const reply = await fetch(`${origin}/cloud/v1/regions`, {headers: {authorization: `apikey ${key}`}});
    expect(await reply.json()).toMatchObject({count: 27});
  });
});
