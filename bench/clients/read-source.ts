/** Reads a URL for its checksum with the action's own code, and prints how long that took. */
import {readSource} from '../../src/preflight/read-source.ts';
import {systemClock} from '../../src/waiting/clock.ts';

const [, , url = ''] = process.argv;
const {signal} = new AbortController();
const quiet = () => undefined;
const run = {
  clock: systemClock,
  startedAtMs: systemClock.now(),
  deadlineMs: systemClock.now() + 300_000,
  cancelled: signal,
  graceOver: signal,
  log: {debug: quiet, info: quiet, notice: quiet, warning: quiet, warnOnce: quiet, heartbeat: quiet, group: quiet},
  proxyFor: () => undefined,
};
await readSource({makeUrl: async () => url, before: {}}, run);
console.log(
  JSON.stringify({readMs: systemClock.now() - run.startedAtMs, peakMemoryKib: process.resourceUsage().maxRSS}),
);
