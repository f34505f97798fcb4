import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import {Image} from '../../src/gcore/wire.ts';
import {judgeReadiness} from '../../src/images/readiness.ts';

const TASK = 'a3c1b2d4-0000-4000-8000-000000000001';

/** An image as Gcore answers with it. */
function imageWith(fields: {readonly status: string; readonly size?: number | null; readonly task_id?: string | null}) {
  return v.parse(Image, {
    id: '7f0bd8d3-0000-4000-8000-000000000002',
    name: 'gpu-image',
    size: 5_368_709_120,
    task_id: null,
    created_at: '2026-07-08T10:00:00+0000',
    updated_at: '2026-07-08T10:10:00+0000',
    visibility: 'private',
    tags: [],
    ...fields,
  });
}

describe('an image', () => {
  it('is ready once it is active, of a known size, and locked by no task', () => {
    expect(judgeReadiness(imageWith({status: 'active'}))).toEqual({kind: 'ready'});
    expect(judgeReadiness(imageWith({status: 'active', size: 1}))).toEqual({kind: 'ready'});
  });

  it.each(['queued', 'saving', 'uploading', 'importing'])('that is %s is not ready yet', (status) => {
    const pending = {kind: 'pending', state: status, isKnown: true};
    expect(judgeReadiness(imageWith({status}))).toEqual(pending);
    expect(judgeReadiness(imageWith({status, size: 0, task_id: TASK}))).toEqual(pending);
  });

  it.each(['ACTIVE', 'active ready', 'prequeued', 'x', 'constructor'])(
    'in the unknown status %j is not ready yet',
    (status) => {
      expect(judgeReadiness(imageWith({status}))).toEqual({kind: 'pending', state: status, isKnown: false});
    },
  );

  it.each(['killed', 'deleted', 'pending_delete', 'deactivated', 'error'])(
    'that is %s will never be ready',
    (status) => {
      expect(judgeReadiness(imageWith({status}))).toEqual({kind: 'failed'});
      expect(judgeReadiness(imageWith({status, size: 0, task_id: TASK}))).toEqual({kind: 'failed'});
    },
  );

  it.each([0, null])('that is active with the size %p is not ready yet', (size) => {
    const pending = {kind: 'pending', state: 'active, size not known yet', isKnown: true};
    expect(judgeReadiness(imageWith({status: 'active', size}))).toEqual(pending);
    expect(judgeReadiness(imageWith({status: 'active', size, task_id: TASK}))).toEqual(pending);
  });

  it('that is active and locked by a task is not ready yet', () => {
    expect(judgeReadiness(imageWith({status: 'active', task_id: TASK}))).toEqual({
      kind: 'pending',
      state: `active, locked by task ${TASK}`,
      isKnown: true,
    });
  });
});
