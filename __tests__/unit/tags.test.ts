import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {keysOfJoinedTags, parseTags} from '../../src/text/tags.ts';
import {anyCharacter} from '../fixtures/any-text.ts';

/** Keys and values by the patterns of Gcore's OpenAPI document (CreateTagsSerializer). */
const anyKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '0', 'team'),
  fc
    .string({unit: anyCharacter, minLength: 1, maxLength: 120})
    .map((text) => text.replace(/[\s=]/g, ''))
    .filter((text) => text !== '' && !/^[{#]/.test(text)),
);
const anyValue = fc
  .string({
    unit: fc.oneof(anyCharacter, fc.constantFrom(...' =:{}"\\')),
    maxLength: 120,
  })
  .map((text) => text.replace(/[\t\n\r\f\v]/g, '').trim())
  .filter((text) => text !== '');
const anyTags = fc.uniqueArray(fc.tuple(anyKey, anyValue), {selector: ([key]) => key});

function inOrder(pairs: readonly (readonly [string, string])[]) {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('tags', () => {
  it.each([
    ['', {}],
    [' \n\t\n', {}],
    ['{}', {}],
    ['team=ml', {team: 'ml'}],
    ['team=ml\nstage=prod', {team: 'ml', stage: 'prod'}],
    ['team=ml\r\nstage=prod\r\n', {team: 'ml', stage: 'prod'}],
    ['\n  team = ml  \n\n\tstage=prod\n', {team: 'ml', stage: 'prod'}],
    ['query=a=b&c=d==', {query: 'a=b&c=d=='}],
    ['note=two words', {note: 'two words'}],
    ['größe=大 💾', {größe: '大 💾'}],
    ['{"team": "ml", "stage": "prod"}', {team: 'ml', stage: 'prod'}],
    ['\n {\r\n"team": "ml"}\n', {team: 'ml'}],
    [
      '{"run": 42, "share": 0.5, "nightly": true, "manual": false}',
      {run: '42', share: '0.5', nightly: 'true', manual: 'false'},
    ],
    [
      '{"cuda": 13.0, "ubuntu":24.10,"build" :20260101123456789012, "tiny": -1e-7}',
      {cuda: '13.0', ubuntu: '24.10', build: '20260101123456789012', tiny: '-1e-7'},
    ],
    ['{"a\\u003db:": "x\\"}:{"}'.replace('\\u003d', ''), {'ab:': 'x"}:{'}],
    ['# what it is\nteam=ml\n  # stage=dev\nstage=prod # no comment', {team: 'ml', stage: 'prod # no comment'}],
    ['# as JSON\n{\n# the team\n"team": "#ml"}', {team: '#ml'}],
    ['a#b=#c', {'a#b': '#c'}],
    ['{"query": "a=b"}', {query: 'a=b'}],
    ['constructor=a\ntoString=b', {constructor: 'a', toString: 'b'}],
  ])('of %j are %j', (text, tags) => {
    expect(parseTags(text)).toEqual({tags, faults: []});
  });

  it.each(['__proto__=evil', '{"__proto__": "evil"}'])('accept __proto__ as a key, from %j', (text) => {
    const {tags, faults} = parseTags(text);
    expect(faults).toEqual([]);
    expect(Object.entries(tags)).toEqual([['__proto__', 'evil']]);
    expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
  });

  it.each([
    ['team', ['there is no "=" in "team"']],
    ['[1, 2]', ['there is no "=" in "[1, 2]"']],
    ['=ml', ['a tag without a key (value ml)']],
    ['team=', ['the key team has no value']],
    ['my team=ml', ['the key "my team" holds white space or "="']],
    ['team=ml\nteam=ops', ['the key team is given twice']],
    ['team=ml\nteam=ml', ['the key team is given twice']],
    ['__proto__=a\n__proto__=b', ['the key __proto__ is given twice']],
    ['team=a\tb', ['the value of team holds a tab or a line break']],
    ['team=a\rb=c', ['the value of team holds a tab or a line break']],
    ['team\nstage=\n=x', ['there is no "=" in "team"', 'the key stage has no value', 'a tag without a key (value x)']],
    ['{"team": {"a": "b"}}', ['the value of team is not a string']],
    ['{"team": ["a"]}', ['the value of team is not a string']],
    ['{"team": null}', ['the value of team is not a string']],
    ['{"team": "ml", "team": "ops"}', ['the key team is given twice']],
    ['{"team": 1, "te\\u0061m": 2}', ['the key team is given twice']],
    [
      '{"team": {"team": 1}, "a": ["b", {"c": 2}]}',
      ['the value of team is not a string', 'the value of a is not a string'],
    ],
    ['{"a=b": "c"}', ['the key "a=b" holds white space or "="']],
    ['{"": "c"}', ['a tag without a key (value c)']],
    ['{"team": ""}', ['the key team has no value']],
    ['{"team": " ml"}', ['the value of team begins or ends with white space']],
    ['{"team": "ml "}', ['the value of team begins or ends with white space']],
    ['{"team": "a\\nb"}', ['the value of team holds a tab or a line break']],
    ['{"team": "ml"', ['it begins with { and is not valid JSON']],
    ['{team: ml}', ['it begins with { and is not valid JSON']],
    ['{"team": "ml"}\nstage=prod', ['it begins with { and is not valid JSON']],
  ])('in %j have the faults %j', (text, faults) => {
    expect(parseTags(text).faults).toEqual(faults);
  });

  it.each([
    ['team=ml cuda=13.0', ['team']],
    ['note=two words\nteam=ml stage=prod', ['team']],
    ['query=a=b&c=d==', []],
    ['command=run --gpus=all', []],
  ])('that YAML has joined are found in %j: %j', (text, keys) => {
    expect(keysOfJoinedTags(parseTags(text).tags)).toEqual(keys);
  });

  it('that are valid are kept besides those with a fault', () => {
    expect(parseTags('team=ml\nteam=ops\nstage=prod\nbroken').tags).toEqual({team: 'ml', stage: 'prod'});
  });

  it.each([
    ['lines', (key: string, value: string) => `${key}=${value}`],
    ['JSON', (key: string, value: string) => JSON.stringify({[key]: value})],
  ])('as %s are up to 255 characters long, key and value each', (_, write) => {
    const longest = 'a'.repeat(255);
    const tooLong = 'a'.repeat(256);
    expect(parseTags(write(longest, longest))).toEqual({tags: {[longest]: longest}, faults: []});
    expect(parseTags(write(tooLong, 'b')).faults).toEqual([`the key ${'a'.repeat(20)}… is longer than 255 characters`]);
    expect(parseTags(write('b', tooLong)).faults).toEqual(['the value of b is longer than 255 characters']);
  });

  it.each(['💾', '大', 'e\u0301'])('are measured in characters: %s', (unit) => {
    const characters = [...unit].length;
    const longest = unit.repeat(Math.floor(255 / characters));
    expect(parseTags(`${longest}=${longest}`).faults).toEqual([]);
    expect(parseTags(`a=${longest}${unit}`).faults).toEqual(['the value of a is longer than 255 characters']);
  });

  it('that the API accepts can be written as lines', () => {
    fc.assert(
      fc.property(anyTags, fc.constantFrom('\n', '\r\n', '\n\n', ' \n\t'), (pairs, lineBreak) => {
        const {tags, faults} = parseTags(pairs.map((pair) => pair.join('=')).join(lineBreak));
        expect(faults).toEqual([]);
        expect(inOrder(Object.entries(tags))).toEqual(inOrder(pairs));
      }),
    );
  });

  it('that the API accepts can be written as JSON', () => {
    fc.assert(
      fc.property(anyTags, fc.constantFrom(undefined, 2), (pairs, indent) => {
        const {tags, faults} = parseTags(JSON.stringify(Object.fromEntries(pairs), null, indent));
        expect(faults).toEqual([]);
        expect(inOrder(Object.entries(tags))).toEqual(inOrder(pairs));
      }),
    );
  });

  it('never throw for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({unit: anyCharacter}),
          fc.json(),
          fc.string().map((text) => `{${text}`),
        ),
        (text) => {
          expect(parseTags(text).faults).toBeInstanceOf(Array);
        },
      ),
    );
  });
});
