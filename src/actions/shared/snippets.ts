import type {Scope} from '../../gcore/gcore.ts';
import {codeBlock, cut, type Markup} from '../../runner/summary.ts';

/** An image that can be used from now on. */
export interface Usable {
  readonly scope: Scope;
  /** undefined where the image is not ready yet, and only the gate can tell. */
  readonly imageId: string | undefined;
}

/** What the next step needs to know of this one. */
export interface ThisStep {
  readonly apiUrl: URL;
  readonly imageType: string;
  /** How many regions were asked for. */
  readonly regions: number;
}

const DEFAULT_API_URL = 'https://api.gcore.com/';
const DEFAULT_IMAGE_TYPE = 'virtual-gpu';
/** What stands for the action where the runner does not name it: for one that is checked out beside the workflow. */
const ACTION = 'OWNER/upload-gcore-gpu-image';
const ACTION_REF = 'v1';
const REPOSITORY_RULE = /^[\w.-]+\/[\w.-]+$/;
const REF_RULE = /^[\w./-]+$/;
/** What stands for the ID of this step where it has none. */
const STEP_ID = 'image';
/** The runner makes IDs up that begin with two underscores. */
const STEP_ID_RULE = /^(?!__)[a-z_][a-z0-9_-]{0,99}$/i;
const MOST_BYTES = 100 * 1024;

/**
 * What may be copied into whatever comes next: the gate, and the images' IDs for Terraform.
 *
 * @returns lines of Markdown, folded up; none where there is nothing to go on with
 */
export function nextStep(
  usable: readonly Usable[],
  step: ThisStep,
  env: NodeJS.ProcessEnv,
  markup: Markup,
): readonly string[] {
  const [first] = usable;
  if (first === undefined) return [];
  const ready = usable.flatMap(({scope, imageId}) => (imageId === undefined ? [] : [{scope, imageId}]));
  return [
    '<details>',
    '<summary><b>To use it:</b> what may be copied into the next step</summary>',
    '',
    // The gate lets nothing pass where one region of an upload failed.
    ...(usable.length === step.regions ? gate(first.scope, step, env) : []),
    ...(ready.length === 0 ? [] : terraform(ready, step, markup)),
    '</details>',
    '',
  ];
}

/** In a job of its own, `images` comes by way of the job's outputs. */
function gate({projectId}: Scope, {apiUrl, imageType}: ThisStep, env: NodeJS.ProcessEnv): readonly string[] {
  const stepId = STEP_ID_RULE.test(env['GITHUB_ACTION'] ?? '') ? env['GITHUB_ACTION'] : STEP_ID;
  return [
    'The gate, for a job that boots machines of it:',
    '',
    ...codeBlock('yaml', [
      `- uses: ${gateIn(env)}`,
      '  with:',
      `    api-key: ${expression('secrets.GCORE_API_KEY')}`,
      ...(apiUrl.href === DEFAULT_API_URL ? [] : [`    api-url: ${JSON.stringify(apiUrl.href.replace(/\/$/, ''))}`]),
      `    project: ${projectId}`,
      ...(imageType === DEFAULT_IMAGE_TYPE ? [] : [`    image-type: ${imageType}`]),
      `    images: ${expression(`steps.${stepId}.outputs.images`)}`,
    ]),
    '',
    'In another job, `images` comes from the outputs of this one: `needs.<job>.outputs.<name>`.',
    '',
  ];
}

function expression(text: string): string {
  return `\${{ ${text} }}`;
}

/** The gate of the version that runs, as a workflow would name it. */
function gateIn(env: NodeJS.ProcessEnv): string {
  const repository = env['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = env['GITHUB_ACTION_REF'] ?? '';
  const isKnown = REPOSITORY_RULE.test(repository) && REF_RULE.test(ref);
  return isKnown ? `${repository}/wait@${ref}` : `${ACTION}/wait@${ACTION_REF}`;
}

function terraform(
  ready: readonly {readonly scope: Scope; readonly imageId: string}[],
  {regions}: ThisStep,
  {plain}: Markup,
): readonly string[] {
  const [only] = ready;
  const keys = ready.map(({scope}) => `"${scope.regionId}"`);
  const width = Math.max(...keys.map(({length}) => length));
  const lines = ready.map(
    ({scope, imageId}, at) => `    ${keys[at]?.padEnd(width)} = "${imageId}" # ${plain(scope.regionName)}`,
  );
  const {shown, leftOut} = cut(lines, MOST_BYTES);
  const locals =
    regions === 1
      ? [`  image_id = "${only?.imageId}"`]
      : [
          '  # By region ID.',
          '  image_ids = {',
          ...shown,
          ...(leftOut === 0 ? [] : [`    # and ${leftOut} more`]),
          '  }',
        ];
  const use = regions === 1 ? 'local.image_id' : 'local.image_ids[var.region_id]';
  return [
    'Terraform, where a volume or a cluster takes an `image_id`:',
    '',
    ...codeBlock('hcl', ['locals {', ...locals, '}', '', `# image_id = ${use}`]),
    '',
  ];
}
