import {expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {explanationOf} from '../../src/runner/failure-markup.ts';
import {markupWithout} from '../../src/runner/markup.ts';
import {createSecrets} from '../../src/runner/secrets.ts';
import {EMPTY_ENVIRONMENT} from '../fixtures/environment.ts';

it('a summary shows a table in place of the lines that say the same, as inert text', () => {
  const error = new ExplainedError('No image.', {
    known: ['A fact.', 'Paris: <b>'],
    table: {titles: ['Region', '<i>'], rows: [['Paris', '<b>|']], lines: ['Paris: <b>']},
  });
  const lines = explanationOf(error, EMPTY_ENVIRONMENT, markupWithout(createSecrets()));
  expect(error.message).toBe('No image.\nA fact.\nParis: <b>');
  expect(lines.slice(2, 10)).toEqual([
    '**What is known:**',
    '',
    '- A fact.',
    '',
    '| Region | &#60;i&#62; |',
    '| --- | --- |',
    '| Paris | &#60;b&#62;&#124; |',
    '',
  ]);
});
