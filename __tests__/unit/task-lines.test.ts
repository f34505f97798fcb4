import {expect, it} from '@jest/globals';
import {taskLines} from '../../src/images/wait/task-lines.ts';

it('shows a whole task without the secrets in its URL, with inert lines', () => {
  const shown = taskLines({
    id: 't',
    error: 'no\n::error::space',
    data: {
      url: 'https://user:hunter22@images.example/a.qcow2?X-Amz-Signature=0f1e2d3c',
      text: 'fetching https://images.example/b?sig=0f1e2d3c failed',
      access_token: 'hunter22',
      tags: [{key: 'team', value: 'gpu'}],
    },
  });

  expect(shown.join('\n')).not.toMatch(/hunter22|0f1e2d3c/);
  expect(shown).toContain('    "url": "https://images.example/a.qcow2",');
  expect(shown).toContain('        "key": "team",');
  expect(shown.every((line) => !/^::/.test(line) && !line.includes('\n'))).toBe(true);
});

it('is limited', () => {
  expect(taskLines({data: Array.from({length: 1000}, () => 1)}).length).toBeLessThanOrEqual(101);
});
