import {describeError} from '../http/failures.ts';
import {openTransport, type Transport} from '../http/transport.ts';
import {inert} from '../text/inert.ts';
import {jittered} from '../waiting/backoff.ts';
import {type Run, timeLeftMs} from '../waiting/run.ts';

/** How long a change of the policy may take to become effective. */
const PROPAGATION_MS = 120_000;
const FIRST_GAP_MS = 500;
const LONGEST_GAP_MS = 5000;
const TIMEOUT_MS = 15_000;

/** Whether an anonymous request could read the file. */
export interface Seen {
  readonly kind: 'readable' | 'refused' | 'unclear';
  /** The request and its answer. */
  readonly what: string;
}

/**
 * Waits until anybody can read the file with a HEAD and with a ranged GET, as Gcore's import does.
 *
 * @returns what was seen last, after two minutes at most
 * @throws the reason of a cancelled run
 */
export async function waitUntilPublic(url: URL, sizeBytes: number, run: Run): Promise<Seen> {
  return await waitFor(
    url,
    async (transport) => {
      const head = await ask(transport, url, 'HEAD', sizeBytes, run);
      return head.kind === 'readable' ? await ask(transport, url, 'GET', sizeBytes, run) : head;
    },
    'readable',
    run,
  );
}

/**
 * Waits until nobody can read the file without a signature.
 *
 * @returns what was seen last, after two minutes at most
 * @throws the reason of a cancelled run
 */
export async function waitUntilPrivate(url: URL, run: Run): Promise<Seen> {
  return await waitFor(url, (transport) => ask(transport, url, 'HEAD', undefined, run), 'refused', run);
}

async function waitFor(
  url: URL,
  look: (transport: Transport) => Promise<Seen>,
  wanted: Seen['kind'],
  run: Run,
): Promise<Seen> {
  const {clock, cancelled} = run;
  const transport = openTransport(url, run.proxyFor);
  const endMs = Math.min(clock.now() + PROPAGATION_MS, run.deadlineMs);
  try {
    for (let gapMs = FIRST_GAP_MS; ; gapMs = Math.min(2 * gapMs, LONGEST_GAP_MS)) {
      const isLast = clock.now() >= endMs;
      const seen = await look(transport);
      if (seen.kind === wanted || isLast) return seen;
      await clock.sleep(Math.min(jittered(gapMs, clock), Math.max(0, endMs - clock.now())), cancelled);
    }
  } finally {
    transport.close();
  }
}

async function ask(
  transport: Transport,
  url: URL,
  method: 'HEAD' | 'GET',
  sizeBytes: number | undefined,
  run: Run,
): Promise<Seen> {
  const asked = `an anonymous ${method}`;
  const range = method === 'GET' ? {range: 'bytes=0-1023'} : {};
  const timeoutMs = Math.max(1000, Math.min(TIMEOUT_MS, timeLeftMs(run)));
  const headers = {accept: '*/*', 'user-agent': 'upload-gcore-gpu-image', ...range};
  try {
    const {status, header} = await transport.peek({method, url, headers, timeoutMs, signal: run.cancelled}, 1024);
    run.log.debug(`Anonymous ${method} ${status}`);
    const what = `${asked} was answered ${status}`;
    if ([401, 403, 404].includes(status)) return {kind: 'refused', what};
    if (status < 200 || status > 299) return {kind: 'unclear', what};
    const length = status === 206 ? header('content-range')?.split('/').at(-1) : header('content-length');
    if (sizeBytes === undefined || length === String(sizeBytes)) return {kind: 'readable', what};
    return {kind: 'unclear', what: `${asked} tells of ${inert(length ?? 'no size', 30)}, not of ${sizeBytes} bytes`};
  } catch (error) {
    run.cancelled.throwIfAborted();
    return {kind: 'unclear', what: `${asked} failed (${inert(describeError(error))})`};
  }
}
