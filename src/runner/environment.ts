/** What the runner tells a step about its run (docs.github.com, "Variables reference"). An empty text means "unknown". */
export interface Environment {
  /** `owner/name`. */
  readonly repository: string;
  /** In full: `refs/tags/v1`. */
  readonly ref: string;
  /** `v1`. */
  readonly refName: string;
  readonly sha: string;
  readonly runId: string;
  readonly eventName: string;
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** The ID of this step in the workflow; if there is none, the runner creates one. */
  readonly stepId: string;
  /** `owner/name` of this action. Unknown if the action is in the workflow's checkout. */
  readonly actionRepository: string;
  /** The version of this action, as in the workflow. */
  readonly actionRef: string;
  /** The file for the job summary. Unknown on servers without summaries. */
  readonly summaryPath: string;
}

/** Reads one variable, trimmed. The only place in `src/` that reads `process.env`. */
export function environmentVariable(name: string): string {
  return process.env[name]?.trim() ?? '';
}

/** Reads the environment of the step. */
export function readEnvironment(): Environment {
  return {
    repository: environmentVariable('GITHUB_REPOSITORY'),
    ref: environmentVariable('GITHUB_REF'),
    refName: environmentVariable('GITHUB_REF_NAME'),
    sha: environmentVariable('GITHUB_SHA'),
    runId: environmentVariable('GITHUB_RUN_ID'),
    eventName: environmentVariable('GITHUB_EVENT_NAME'),
    serverUrl: environmentVariable('GITHUB_SERVER_URL'),
    apiUrl: environmentVariable('GITHUB_API_URL'),
    stepId: environmentVariable('GITHUB_ACTION'),
    actionRepository: environmentVariable('GITHUB_ACTION_REPOSITORY'),
    actionRef: environmentVariable('GITHUB_ACTION_REF'),
    summaryPath: environmentVariable('GITHUB_STEP_SUMMARY'),
  };
}
