import * as v from 'valibot';
import {describeError} from '../http/failures.ts';
import {parseRetryAfter} from '../http/retry-after.ts';
import {inert} from '../text/inert.ts';
import {retry} from '../waiting/retry.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';

/** GitHub did not answer, or refused, or its answer could not be read. */
export class GithubError extends Error {
  override readonly name = 'GithubError';
  /** Undefined if there was no answer. */
  readonly status: number | undefined;
  /** A retry may help: there was no answer, a server error, or too many requests. */
  readonly mayPass: boolean;
  /** How long GitHub asks to wait, in milliseconds; undefined if it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    details: Pick<GithubError, 'status' | 'mayPass'> & {readonly retryAfterMs?: number | undefined; cause?: unknown},
  ) {
    super(message, {cause: details.cause});
    this.status = details.status;
    this.mayPass = details.mayPass;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether a failure may be gone the next time. */
export function mayPass(error: unknown): error is GithubError {
  return error instanceof GithubError && error.mayPass;
}

/** One request to GitHub's API, in the words of its documentation: `GET /repos/{owner}/{repo}`. */
export interface Ask {
  readonly route: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Whether the request can be sent again if its answer was lost. Default: true. */
  readonly repeatable?: boolean;
  /** What to return: the answer's JSON, its text, or the URL it redirects to (undefined if it does not redirect). Default: JSON. */
  readonly wanted?: 'json' | 'text' | 'location';
  /** Aborts the request. Default: the run's own. */
  readonly signal?: AbortSignal;
}

/** GitHub's API: requests in, answers out. It knows no endpoint. */
export interface GithubClient {
  /**
   * Sends a request, up to four times if a retry can help and the run's time allows it.
   *
   * @returns what was wanted of the answer, its shape unchecked
   * @throws GithubError, or the reason of the signal
   */
  ask(ask: Ask): Promise<unknown>;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 20_000;
/** How long after the run's deadline an answer may come: the last poll of a wait starts at the deadline. */
const OVERTIME_MS = 5000;
/** How long to wait if a limit is reached and GitHub does not say how long (docs.github.com, "Rate limits for the REST API"). */
const THROTTLED_MS = 60_000;
/** Octokit would write deprecations to the log. */
const SILENT = {debug: ignore, info: ignore, warn: ignore, error: ignore};

/** The payload of the event `release`, as far as it is read. */
const ReleaseEvent = v.object({release: v.object({id: v.number(), tag_name: v.string()})});

/** What Octokit throws. If there was no answer, it makes up a status. */
const OctokitFailure = v.object({
  message: v.string(),
  status: v.number(),
  response: v.optional(v.object({headers: v.record(v.string(), v.unknown())})),
});

/** Where GitHub's API is, and the token for it. */
export interface GithubAccess {
  readonly token: string;
  /** The run's own `GITHUB_API_URL`; empty for github.com. */
  readonly apiUrl: string;
}

/** Opens GitHub's API. The toolkit's client is loaded only now: most steps never need GitHub. */
export async function openGithub({token, apiUrl}: GithubAccess, run: Run): Promise<GithubClient> {
  const {getOctokit} = await import('@actions/github');
  const baseUrl = apiUrl || 'https://api.github.com';
  const octokit = getOctokit(token, {baseUrl, log: SILENT, userAgent: 'upload-gcore-gpu-image'});

  const once = async ({route, parameters, wanted = 'json', signal = run.cancelled}: Ask): Promise<unknown> => {
    const timeoutMs = Math.ceil(Math.min(TIMEOUT_MS, timeLeftMs(run) + OVERTIME_MS));
    const request = {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      ...(wanted === 'location' ? {redirect: 'manual' as const} : {}),
      parseSuccessResponseBody: wanted === 'json',
    };
    try {
      const {data, headers} = await octokit.request(route, {...parameters, request});
      if (wanted === 'json') return data;
      // Octokit would parse every body of type JSON, and would take a truncated body for an empty one.
      const body = new Response(data);
      if (wanted === 'text') return await body.text();
      await body.body?.cancel();
      return headers.location;
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error, shown(route, parameters));
    }
  };

  return {
    async ask(ask) {
      const attempts = ask.repeatable === false ? 1 : ATTEMPTS;
      const onRetry = (error: GithubError, waitMs: number) =>
        run.log.info(`${error.message}. Asking GitHub again in ${Math.ceil(waitMs / 1000)} s.`);
      const cancelled = ask.signal ?? run.cancelled;
      return await retry(() => once(ask), {attempts, shouldRetry: mayPass, onRetry}, {...run, cancelled});
    },
  };
}

/** The release that the event `release` is about; undefined for any other event. */
export async function releaseOfEvent(): Promise<{readonly id: number; readonly tag: string} | undefined> {
  const {context} = await import('@actions/github');
  const parsed = v.safeParse(ReleaseEvent, context.payload);
  if (context.eventName !== 'release' || !parsed.success) return undefined;
  const {id, tag_name: tag} = parsed.output.release;
  return {id, tag};
}

/** A request for people, with its parameters filled in. */
function shown(route: string, parameters: Ask['parameters']): string {
  const filled = route.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name])).replace(/\{\?.*$/, '');
  return inert(filled, 200);
}

function failureOf(error: unknown, route: string): GithubError {
  const parsed = v.safeParse(OctokitFailure, error);
  if (!parsed.success || parsed.output.response === undefined) {
    const message = `${route}: no answer (${inert(describeError(error))})`;
    return new GithubError(message, {status: undefined, mayPass: true, cause: error});
  }
  const message = inert(parsed.output.message);
  const {status} = parsed.output;
  const {headers} = parsed.output.response;
  const header = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
  const isThrottled = status === 429 || (status === 403 && isLimit(header, message));
  const retryAfterMs = parseRetryAfter(retryAfterOf(header), new Date(header('date') ?? ''));
  return new GithubError(`${route}: ${status} ${message}`, {
    status,
    mayPass: isThrottled || status === 408 || status >= 500,
    retryAfterMs: retryAfterMs ?? (isThrottled ? THROTTLED_MS : undefined),
    cause: error,
  });
}

type Header = (name: string) => string | undefined;

/** A 403 means a rate limit if a header says so or, for the secondary limits, the message (docs.github.com, as above). */
function isLimit(header: Header, message: string): boolean {
  const isSecondary = /\bsecondary rate limit\b/i.test(message);
  return isSecondary || header('retry-after') !== undefined || header('x-ratelimit-remaining') === '0';
}

/** The hourly limit says when it is reset, in seconds since 1970; the others say how long to wait. */
function retryAfterOf(header: Header): string | undefined {
  const resetSeconds = Number(header('x-ratelimit-reset'));
  if (header('x-ratelimit-remaining') !== '0' || !(resetSeconds > 0)) return header('retry-after');
  return new Date(resetSeconds * 1000).toUTCString();
}

function ignore(): void {
  // See SILENT.
}
