import * as v from 'valibot';
import {describeError} from '../http/failures.ts';
import {parseRetryAfter} from '../http/retry-after.ts';
import {inert} from '../text/inert.ts';
import {retry} from '../waiting/retry.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';

/** GitHub did not answer, or not as it was hoped. */
export class GithubError extends Error {
  override readonly name = 'GithubError';
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** The same question may be answered another time: no answer, a server's fault, too many requests. */
  readonly mayPass: boolean;
  /** How long GitHub asks to wait, in milliseconds; undefined where it does not say. */
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
  /** Whether a second request does no harm where the answer to the first was lost. Default: true. */
  readonly repeatable?: boolean;
  /** What is wanted of the answer: its JSON, its text, or where it redirects to, which is undefined where it does not. Default: JSON. */
  readonly wanted?: 'json' | 'text' | 'location';
  /** Ends the request. Default: a cancelled run does. */
  readonly signal?: AbortSignal;
}

/** GitHub's API: requests in, answers out. It knows no release. */
export interface GithubClient {
  /**
   * Asks, up to four times if a retry can help and the run's time allows.
   *
   * @returns what was wanted of the answer, of no certain shape
   * @throws GithubError, or the reason of the signal
   */
  ask(ask: Ask): Promise<unknown>;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 20_000;
/** How long past the run's deadline an answer may come: the last look of a wait is at the deadline. */
const OVERTIME_MS = 5000;
/** How long to wait where a limit is reached and GitHub does not say for how long (docs.github.com, "Rate limits for the REST API"). */
const THROTTLED_MS = 60_000;
/** Octokit writes deprecations to the log, as they come. */
const SILENT = {debug: ignore, info: ignore, warn: ignore, error: ignore};

/** What is read of the payload of the event `release`. */
const ReleaseEvent = v.object({release: v.object({id: v.number(), tag_name: v.string()})});

/** What Octokit throws. Where there was no answer it makes up a status. */
const OctokitFailure = v.object({
  message: v.string(),
  status: v.number(),
  response: v.optional(v.object({headers: v.record(v.string(), v.unknown())})),
});

/**
 * Opens GitHub's API, at the run's own `GITHUB_API_URL`.
 *
 * The toolkit's client is loaded only now: most steps never ask GitHub anything.
 */
export async function openGithub(token: string, run: Run): Promise<GithubClient> {
  const {getOctokit} = await import('@actions/github');
  // By itself, the toolkit reads the address only once in the life of a process.
  const baseUrl = process.env['GITHUB_API_URL'] || 'https://api.github.com';
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
      // Octokit's own reading makes JSON of whatever calls itself so, and nothing of a body that breaks off.
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

/** The release that the event `release` is about, by its ID and tag; undefined for any other event. */
export async function releaseOfEvent(): Promise<{readonly id: number; readonly tag: string} | undefined> {
  const {context} = await import('@actions/github');
  const parsed = v.safeParse(ReleaseEvent, context.payload);
  if (context.eventName !== 'release' || !parsed.success) return undefined;
  const {id, tag_name: tag} = parsed.output.release;
  return {id, tag};
}

/** A request as people read it: with its parameters in their places. */
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

/** A 403 is a limit that is reached where a header or, of the secondary limits, the message says so (docs.github.com, as above). */
function isLimit(header: Header, message: string): boolean {
  const isSecondary = /\bsecondary rate limit\b/i.test(message);
  return isSecondary || header('retry-after') !== undefined || header('x-ratelimit-remaining') === '0';
}

/** The hourly limit tells when it begins anew, in seconds since 1970; the others, how long to wait. */
function retryAfterOf(header: Header): string | undefined {
  const resetSeconds = Number(header('x-ratelimit-reset'));
  if (header('x-ratelimit-remaining') !== '0' || !(resetSeconds > 0)) return header('retry-after');
  return new Date(resetSeconds * 1000).toUTCString();
}

function ignore(): void {
  // Nothing that Octokit has to say is for the log.
}
