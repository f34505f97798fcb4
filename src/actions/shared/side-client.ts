import {type Billing, createBilling} from '../../gcore/billing.ts';
import {type Account, openClient} from '../../gcore/client.ts';
import {createGcore, type Gcore} from '../../gcore/gcore.ts';
import type {ImageType} from '../../gcore/image-types.ts';
import type {Run} from '../../waiting/run.ts';

/** A publish waits for some of these answers, and must not wait long. */
const TIMEOUTS_MS = {read: 5000, write: 5000};

/** Access to what only informs. */
export interface Side {
  readonly gcore: Gcore;
  readonly billing: Billing;
  close(): void;
}

/**
 * Opens a client for what only informs: quotas, prices, and which regions have images. A cancelled run drops its requests at once, the
 * POST for a price too: they change nothing. What it has to say is for the debug log.
 */
export function openSide(account: Account & {readonly imageType: ImageType}, run: Run): Side {
  const {debug} = run.log;
  const log = {...run.log, info: debug, notice: debug, warning: debug, warnOnce: debug};
  const client = openClient({...account, timeoutsMs: TIMEOUTS_MS}, {...run, log, graceOver: run.cancelled});
  return {gcore: createGcore(client, account.imageType), billing: createBilling(client), close: () => client.close()};
}
