import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';
import {parse} from 'yaml';
import {pathsIn} from './expressions.ts';
import {blocksIn, PAGES, ROOT, readPage} from './markdown.ts';

const Scalar = v.union([v.string(), v.number(), v.boolean()]);
const Environment = v.optional(v.record(v.string(), Scalar), {});

const Step = v.pipe(
  v.strictObject({
    id: v.optional(v.string()),
    name: v.optional(v.string()),
    if: v.optional(Scalar),
    uses: v.optional(v.string()),
    run: v.optional(v.string()),
    with: v.optional(v.record(v.string(), Scalar), {}),
    env: Environment,
    'continue-on-error': v.optional(v.boolean(), false),
  }),
  v.check(({uses, run}) => (uses === undefined) !== (run === undefined), 'a step either uses or runs something'),
);

const Job = v.looseObject({
  'runs-on': v.string(),
  needs: v.optional(v.union([v.string(), v.array(v.string())]), []),
  outputs: v.optional(v.record(v.string(), v.string()), {}),
  strategy: v.optional(v.looseObject({matrix: v.record(v.string(), v.unknown())})),
  env: Environment,
  steps: v.array(Step),
});

const Workflow = v.looseObject({
  name: v.string(),
  on: v.record(v.string(), v.unknown()),
  permissions: v.record(v.string(), v.string()),
  env: Environment,
  jobs: v.record(v.string(), Job),
});

const StepList = v.pipe(
  v.array(Step),
  v.transform((steps) => ({env: {}, jobs: {job: {'runs-on': '', needs: [], outputs: {}, env: {}, steps}}})),
);

export type Step = v.InferOutput<typeof Step>;
export type Job = v.InferOutput<typeof Job>;
/** A workflow, or a list of steps that is made one of a single job. */
export type Workflow = Pick<v.InferOutput<typeof Workflow>, 'env' | 'jobs'>;

/** A block of YAML in the documentation. */
export interface Example {
  /** Its page and line. */
  readonly place: string;
  readonly text: string;
}

/** What an action's metadata declares. */
export interface Metadata {
  readonly inputs: Readonly<Record<string, {readonly required?: boolean}>>;
  readonly outputs: Readonly<Record<string, object>>;
}

export const EXAMPLES: readonly Example[] = PAGES.flatMap((page) =>
  blocksIn(readPage(page))
    .filter(({language}) => language === 'yaml' || language === 'yml')
    .map(({text, line}) => ({place: `${page}:${line}`, text})),
);

/** @throws where it is neither a workflow nor a list of steps */
export function readExample({text}: Example): Workflow {
  const yaml: unknown = parse(text);
  return v.parse(Array.isArray(yaml) ? StepList : Workflow, yaml);
}

/** The metadata file of an action of this repository, where a step uses one. */
export function actionOf({uses = ''}: Step): string | undefined {
  const match = /^[\w-]+\/upload-gcore-gpu-image(\/\w+)?@v1$/.exec(uses);
  return match === null ? undefined : join((match[1] ?? '').slice(1), 'action.yml');
}

export function metadataOf(action: string): Metadata {
  return parse(readFileSync(join(ROOT, action), 'utf8'));
}

/** What a step of ours gives that does not exist, and does not give that is required. */
export function faultsOfInputs(step: Step): readonly string[] {
  const action = actionOf(step);
  if (action === undefined)
    return step.uses?.includes('upload-gcore-gpu-image') === true ? [`${step.uses} is no action of ours`] : [];
  const {inputs} = metadataOf(action);
  const unknown = Object.keys(step.with).filter((name) => !(name in inputs));
  const missing = Object.keys(inputs).filter((name) => inputs[name]?.required === true && !(name in step.with));
  return [
    ...unknown.map((name) => `${action} has no input ${name}`),
    ...missing.map((name) => `${action} requires the input ${name}`),
  ];
}

/** Outputs that a workflow names and that do not exist, where it names them. */
export function faultsOfOutputs({jobs}: Workflow): readonly string[] {
  return Object.values(jobs).flatMap((job) =>
    pathsIn(JSON.stringify(job)).flatMap((path) => {
      const [context, owner = '', kind, name = ''] = path.split('.');
      if (context === 'steps') return kind === 'outputs' && stepGives(job, owner, name) ? [] : [path];
      if (context !== 'needs') return [];
      const isNeeded = [job.needs].flat().includes(owner);
      return isNeeded && kind === 'outputs' && name in (jobs[owner]?.outputs ?? {}) ? [] : [path];
    }),
  );
}

/** What steps of others give is theirs to know. */
function stepGives({steps}: Job, id: string, output: string): boolean {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) return false;
  const action = actionOf(step);
  return action === undefined || output in metadataOf(action).outputs;
}
