import * as v from 'valibot';
import {readInputs} from '../../runner/inputs.ts';
import type {Step} from '../../runner/step.ts';
import {ApiKey, accountInputs, maskKeys} from '../shared/account-inputs.ts';
import {removeStagedFile} from './remove-staged-file.ts';

const Saved = v.object({
  storageId: v.number(),
  accessKeyIds: v.array(v.string()),
  bucket: v.variant('kind', [
    v.object({kind: v.literal('none')}),
    v.object({kind: v.literal('private'), name: v.string()}),
    v.object({kind: v.literal('public'), name: v.string(), url: v.string()}),
  ]),
});

/** More than a clean-up takes: it has a limit of its own. */
const TIME_MS = 3_600_000;

/**
 * Deletes, in another process, what a step has staged.
 *
 * @param saved the state that the step has saved last, as JSON
 * @throws ExplainedError if anybody may still read the file, or if this process is cancelled
 */
export async function removeSavedStaging(saved: string, {secrets, ...step}: Step): Promise<void> {
  const state = v.parse(Saved, JSON.parse(saved));
  maskKeys(secrets);
  const mask = (secret: string) => secrets.add(secret);
  if (state.bucket.kind !== 'none') mask(state.bucket.name);
  const {'api-key': apiKey, 'api-url': apiUrl} = accountInputs;
  const inputs = readInputs(v.object({'api-key': apiKey, 'api-url': apiUrl, 'storage-api-key': v.optional(ApiKey)}));
  const account = {apiUrl: inputs['api-url'], apiKey: inputs['storage-api-key'] ?? inputs['api-key']};
  step.log.info(`Deleting what this step has made in storage ${state.storageId}: the file is made private first.`);
  const run = {...step, deadlineMs: step.startedAtMs + TIME_MS};
  const failure = await removeStagedFile({account, state, credentials: undefined, mask}, run);
  if (failure !== undefined) throw failure;
}
