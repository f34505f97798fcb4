/**
 * The parts of undici that are imported by themselves, with the types that its index gives them: docs/decisions.md tells why.
 */
declare module 'undici/lib/api/api-connect.js' {
  import type {Dispatcher} from 'undici';
  export default function connect(
    this: Dispatcher,
    options: Dispatcher.ConnectOptions,
  ): Promise<Dispatcher.ConnectData>;
}

declare module 'undici/lib/api/api-request.js' {
  import type {Dispatcher} from 'undici';
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}

declare module 'undici/lib/core/errors.js' {
  import {errors} from 'undici';
  export default errors;
}

declare module 'undici/lib/dispatcher/agent.js' {
  import {Agent} from 'undici';
  export default Agent;
}

declare module 'undici/lib/dispatcher/pool.js' {
  import {Pool} from 'undici';
  export default Pool;
}

declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import {ProxyAgent} from 'undici';
  export default ProxyAgent;
}
