import {describe, expect, it} from '@jest/globals';
import {imageCell} from '../../src/actions/shared/image-markup.ts';
import {codeBlock, cut, markupWithout, table} from '../../src/runner/markup.ts';
import {keepNotes} from '../../src/runner/notes.ts';
import {originOf} from '../../src/runner/origin.ts';
import {roundTime} from '../../src/text/units.ts';
import {EMPTY_ENVIRONMENT} from '../fixtures/environment.ts';

const SHA = 'ffac537e6cbbf934b08745a378932722df287a53';
const markup = markupWithout({
  add: () => undefined,
  addKey: () => undefined,
  redact: (text) => text.replaceAll('hunter2hunter2', '***'),
});

describe('a table', () => {
  it('has no empty column', () => {
    const rows = [
      ['a', '', 'c'],
      ['d', '', ''],
    ];
    expect(table(['A', 'B', 'C'], rows, 1000)).toEqual(['| A | C |', '| --- | --- |', '| a | c |', '| d |  |']);
  });

  it('is cut from its end, and says how many rows are left out', () => {
    const lines = table(['A'], [['1'], ['22'], ['3']], 13);
    expect(lines.slice(2)).toEqual(['| 1 |', '| 22 |', '', expect.stringContaining('And 1 more')]);
  });
});

it('cuts by bytes, and only whole rows', () => {
  expect(cut(['ää', 'a', 'b'], 6)).toEqual({shown: ['ää'], leftOut: 2});
  expect(cut(['ää', 'a', 'b'], 7)).toEqual({shown: ['ää', 'a'], leftOut: 1});
  expect(cut([], 0)).toEqual({shown: [], leftOut: 0});
});

it.each([
  ['no backticks', '```'],
  ['`one`', '```'],
  ['```', '````'],
  ['a ``````` run', '````````'],
])('fences %j in with %s', (line, fence) => {
  expect(codeBlock('yaml', ['a', line])).toEqual([`${fence}yaml`, 'a', line, fence]);
});

it('names three tasks at most', () => {
  expect(imageCell('i', ['a', 'b', 'c', 'd', 'e'], markup)).toBe(
    '<code>i</code><br>task <code>a</code><br>task <code>b</code><br>task <code>c</code><br>and 2 more',
  );
  expect(imageCell(undefined, [], markup)).toBe('');
});

it.each([
  [0, 'under 1s'],
  [999.9, 'under 1s'],
  [1000, '1s'],
  [843_000, '14m 3s'],
])('rounds %d ms to %s', (ms, shown) => {
  expect(roundTime(ms)).toBe(shown);
});

it.each([
  ['- a list', '- &#45; a list'],
  ['1. a list', '- &#49;. a list'],
  ['| a |', '- &#124; a &#124;'],
  ['the key is hunter2hunter2', '- the key is &#42;&#42;&#42;'],
])('makes %j an item of a list, and nothing else', (words, item) => {
  expect(markup.item(words)).toBe(item);
});

it('makes a text one line for a block of code, without secrets', () => {
  expect(markup.plain('a\r\n``` b hunter2hunter2')).toBe('a ``` b ***');
});

it('makes no link that contains a secret', () => {
  expect(markup.link('x', 'https://a.example/hunter2hunter2')).toBe('x');
});

describe('the origin', () => {
  const environment = {
    ...EMPTY_ENVIRONMENT,
    serverUrl: 'https://ghe.example.com:8443',
    repository: 'a/b',
    sha: SHA,
  };
  const url = 'https://ghe.example.com:8443/a/b';
  const commit = `commit [<code>ffac537</code>](${url}/commit/${SHA})`;

  it.each([
    ['refs/heads/feature/x', `branch [feature/x](${url}/tree/feature/x)`],
    ['refs/tags/v1 (2)_*', `tag [v1 &#40;2&#41;&#95;&#42;](${url}/tree/v1%20%282%29%5F%2A)`],
    ['refs/pull/12/merge', `pull request [&#35;12](${url}/pull/12)`],
    ['refs/notes/x', 'ref refs/notes/x'],
  ])('names %s', (ref, named) => {
    expect(originOf({...environment, ref}, markup)).toBe(`[a/b](${url}), ${named}, ${commit}`);
  });

  it('links nothing if the server is unknown', () => {
    expect(originOf({...environment, serverUrl: '', ref: 'refs/heads/main'}, markup)).toBe(
      'a/b, branch main, commit <code>ffac537</code>',
    );
  });

  it.each(['javascript:alert(1)', 'https://evil.example/) [x](y', 'https://a.example/"><img>'])(
    'links nothing to %j',
    (server) => {
      expect(originOf({...environment, serverUrl: server}, markup)).not.toContain('](');
    },
  );

  it('shows no invalid commit, and nothing if nothing is known', () => {
    expect(originOf({...environment, sha: '<b>'}, markup)).toBe(`[a/b](${url})`);
    expect(originOf(EMPTY_ENVIRONMENT, markup)).toBe('');
  });
});

it('keeps notices and warnings once each, and passes every line on', () => {
  const passed: string[] = [];
  const pass = (line: string) => void passed.push(line);
  const {log, lines} = keepNotes({
    debug: pass,
    info: pass,
    notice: pass,
    warning: pass,
    warnOnce: pass,
    heartbeat: pass,
    group: () => undefined,
  });
  log.info('a');
  log.warning('b');
  log.notice('c');
  log.warning('b');
  expect(lines()).toEqual(['b', 'c']);
  expect(passed).toEqual(['a', 'b', 'c', 'b']);
});
