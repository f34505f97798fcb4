import type {RegionRef} from '../../images/regions.ts';
import type {Environment} from '../../runner/environment.ts';
import {runningAction} from '../../runner/help.ts';
import {codeBlock, cut, type Markup} from '../../runner/markup.ts';
import {DEFAULT_API_URL, DEFAULT_IMAGE_TYPE} from './account-inputs.ts';

/** An image that the next step can use. */
export interface Usable {
  readonly scope: RegionRef;
  /** Undefined if the image is not ready yet: the next step has to wait for it. */
  readonly imageId: string | undefined;
}

/** What the next step needs to know about this one. */
export interface ThisStep {
  readonly apiUrl: URL;
  readonly imageType: string;
  /** How many regions were asked for. */
  readonly regions: number;
  readonly environment: Environment;
}

/** IDs that the runner makes up begin with two underscores. */
const STEP_ID_RULE = /^(?!__)[a-z_][a-z0-9_-]{0,99}$/i;
const MOST_BYTES = 100 * 1024;

/**
 * Snippets for the next step: the gate, and the images' IDs for Terraform.
 *
 * @returns lines of Markdown, collapsed; none if there is no usable image
 */
export function nextStep(usable: readonly Usable[], step: ThisStep, markup: Markup): readonly string[] {
  const [first] = usable;
  if (first === undefined) return [];
  const ready = usable.flatMap(({scope, imageId}) => (imageId === undefined ? [] : [{scope, imageId}]));
  return [
    '<details>',
    '<summary><b>Use it:</b> snippets for the next step</summary>',
    '',
    // The gate fails if one region of the upload failed.
    ...(usable.length === step.regions ? gate(first.scope, step) : []),
    ...(ready.length === 0 ? [] : terraform(ready, step, markup)),
    '</details>',
    '',
  ];
}

/**
 * A snippet for a step after the gate: Terraform reads the image IDs from the gate's outputs.
 *
 * @param regions how many regions were asked for
 * @returns lines of Markdown, collapsed
 */
export function readGate({regions, environment}: Pick<ThisStep, 'regions' | 'environment'>): readonly string[] {
  const stepId = stepIdOr('gate', environment);
  const [variable, output, use] =
    regions === 1
      ? ['image_id', 'image-id', 'var.image_id']
      : ['images', 'images', 'jsondecode(var.images)[var.region_id].id'];
  return [
    '<details>',
    '<summary><b>Use it:</b> Terraform with the output of this step</summary>',
    '',
    `In the same job, if the \`id\` of this step is \`${stepId}\`:`,
    '',
    ...codeBlock('yaml', [
      '- run: terraform apply -auto-approve',
      '  env:',
      `    TF_VAR_${variable}: ${expression(`steps.${stepId}.outputs.${output}`)}`,
    ]),
    '',
    // A string, not a map: Terraform would read a map as an expression, and names of images may look like one.
    ...codeBlock('hcl', [`variable "${variable}" {`, '  type = string', '}', '', `# image_id = ${use}`]),
    '</details>',
    '',
  ];
}

function stepIdOr(otherwise: string, {stepId}: Environment): string {
  return STEP_ID_RULE.test(stepId) ? stepId : otherwise;
}

function gate({projectId}: RegionRef, {apiUrl, imageType, environment}: ThisStep): readonly string[] {
  const stepId = stepIdOr('image', environment);
  const apiUrlText = apiUrl.href.replace(/\/$/, '');
  return [
    'The gate, for a job that boots machines from it:',
    '',
    ...codeBlock('yaml', [
      `- uses: ${gateIn(environment)}`,
      '  with:',
      `    api-key: ${expression('secrets.GCORE_API_KEY')}`,
      ...(apiUrlText === DEFAULT_API_URL ? [] : [`    api-url: ${JSON.stringify(apiUrlText)}`]),
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

/** The gate's own action, in the version that runs, as a workflow names it. */
function gateIn(environment: Environment): string {
  const {repository, ref} = runningAction(environment);
  return `${repository}/wait@${ref}`;
}

function terraform(
  ready: readonly {readonly scope: RegionRef; readonly imageId: string}[],
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
    'Terraform, for the `image_id` of a volume or cluster:',
    '',
    ...codeBlock('hcl', ['locals {', ...locals, '}', '', `# image_id = ${use}`]),
    '',
  ];
}
