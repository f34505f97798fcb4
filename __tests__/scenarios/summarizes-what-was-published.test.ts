import {expect, it} from '@jest/globals';
import {regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

const SHA = 'ffac537e6cbbf934b08745a378932722df287a53';
const IN_THREE = {region: '1,2,3', name: 'trainer'};

it('shows every region, the commit, the leftovers, and the next step', async () => {
  await using stage = await setStage({regions: regionsNamed(3)});
  const leftover = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 2, status: 'error', sizeBytes: 0});
  const {summary} = await stage.upload(IN_THREE, {
    env: {
      GITHUB_SERVER_URL: 'https://ghe.example.com',
      GITHUB_ACTION: 'publish',
      GITHUB_ACTION_REPOSITORY: 'octo-org/uploader',
      GITHUB_ACTION_REF: 'v1.4.0',
    },
  });

  const images = (await stage.cloud.images()).filter(({id}) => id !== leftover.id);
  expect(images).toHaveLength(3);
  expect(summary).toContain('### ✅ <code>trainer</code> is ready in 3 regions');
  expect(summary).toContain('[octo-org/gpu-images](https://ghe.example.com/octo-org/gpu-images)');
  expect(summary).toContain('tag [v1.2.3](https://ghe.example.com/octo-org/gpu-images/tree/v1.2.3)');
  expect(summary).toContain(`[<code>ffac537</code>](https://ghe.example.com/octo-org/gpu-images/commit/${SHA})`);
  expect(summary).not.toContain('github.com');
  expect(summary).toContain('| Region | Outcome | Image ID | Size | Format | Took |');
  for (const {id, regionId, creatorTaskId} of images) {
    const cells = `Region-${regionId} (${regionId}) | ✅ published | <code>${id}</code><br>task <code>${creatorTaskId}</code>`;
    expect(summary).toContain(`| ${cells} | 256 KiB | qcow2 | `);
    expect(summary).toContain(`    "${regionId}" = "${id}" # Region-${regionId}\n`);
  }
  expect(summary).toContain(`Image ${leftover.id}`);
  expect(summary).toContain('- uses: octo-org/uploader/wait@v1.4.0\n');
  expect(summary).toContain('    images: $' + '{{ steps.publish.outputs.images }}\n');
  expect(summary).toContain('[Gcore portal](https://portal.gcore.com)');
});

it('has a snippet for the gate, which passes', async () => {
  await using stage = await setStage({regions: regionsNamed(2)});
  const {summary, outputs} = await stage.upload({region: '1,2', 'image-type': 'baremetal-gpu'});

  const [, snippet = ''] = /```yaml\n(.*?)```/s.exec(summary) ?? [];
  const pairs = [...snippet.matchAll(/^ {4}([a-z-]+): "?(.*?)"?$/gm)].map(([, name = '', value = '']) => [name, value]);
  const inputs = Object.fromEntries(pairs);
  expect(snippet).toContain('- uses: OWNER/upload-gcore-gpu-image/wait@v1\n');
  expect(Object.keys(inputs)).toEqual(['api-key', 'api-url', 'project', 'image-type', 'images']);
  const {exitCode} = await stage.gate({
    ...inputs,
    'api-key': stage.cloud.apiKey,
    images: outputs['images'] ?? '',
    region: '',
  });
  expect(exitCode).toBe(0);
});

it('distinguishes existing images from joined imports', async () => {
  // Time goes on in the cloud only when somebody polls: what nobody waits for is never over.
  let nowMs = Date.now();
  await using stage = await setStage({
    regions: regionsNamed(2),
    timing: {runningMs: 60_000},
    clock: {now: () => nowMs},
  });
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'task') nowMs += 60_000;
  });
  await stage.upload({region: '1', name: 'trainer'});
  await stage.upload({region: '2', name: 'trainer', wait: 'false'});
  const {summary, log} = await stage.upload({region: '1,2', name: 'trainer'});

  expect(summary).toMatch(/^\| Region-1 \(1\) \| ✅ already there \|/m);
  expect(summary).toMatch(/^\| Region-2 \(2\) \| ✅ joined an earlier import \|/m);
  expect(log).toMatch(/notice: trainer in 2 regions: 2 ready\. The output "images" has the IDs\./);
});

it('shows the task, and no image, if the step did not wait', async () => {
  await using stage = await setStage({timing: {runningMs: 60_000}});
  const {summary, outputs} = await stage.upload({wait: 'false', preflight: 'false'});

  expect(summary).toContain('is being imported in Luxembourg-2 (7)');
  expect(summary).toContain(`| ⏳ being imported | task <code>${outputs['task-id']}</code> |`);
  expect(summary).toContain('/wait@');
  expect(summary).not.toMatch(/Format|hcl/);
});
