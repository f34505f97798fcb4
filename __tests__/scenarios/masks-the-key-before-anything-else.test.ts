import {expect, it} from '@jest/globals';
import {setStage, URL_SECRET} from '../fixtures/stage.ts';

it('masks the key before anything else, and then the secrets in the URL', async () => {
  await using stage = await setStage();
  const {lines} = await stage.upload({architecture: 'wrong'});

  expect(lines.slice(0, 2)).toEqual([`::add-mask::${stage.cloud.apiKey}`, `::add-mask::${URL_SECRET}`]);
});

it('accepts a key with its leading word, and masks the key without it', async () => {
  await using stage = await setStage();
  const {exitCode, lines} = await stage.upload({'api-key': `apikey ${stage.cloud.apiKey}`});

  expect(exitCode).toBe(0);
  expect(lines).toContain(`::add-mask::${stage.cloud.apiKey}`);
});
