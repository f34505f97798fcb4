import {parseArgs} from 'node:util';
import {startSimulator} from './simulator.ts';

const {values} = parseArgs({
  options: {
    host: {type: 'string', default: '127.0.0.1'},
    port: {type: 'string', default: '0'},
    'api-key': {type: 'string'},
    'new-seconds': {type: 'string', default: '1'},
    'import-seconds': {type: 'string', default: '10'},
    'saving-seconds': {type: 'string', default: '3'},
    'delete-seconds': {type: 'string', default: '2'},
    slots: {type: 'string', default: '6'},
    regions: {type: 'string'},
    help: {type: 'boolean', default: false},
  },
});

function numberOf(
  option: 'port' | 'new-seconds' | 'import-seconds' | 'saving-seconds' | 'delete-seconds' | 'slots' | 'regions',
) {
  const value = Number(values[option]);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${option} must be a number from 0 up.`);
  return value;
}

const USAGE = `A Gcore cloud in one process.

  npm run simulator -- [--port 8080] [--host 127.0.0.1] [--api-key <key>]
                       [--new-seconds 1] [--import-seconds 10] [--saving-seconds 3] [--delete-seconds 2] [--slots 6]
                       [--regions 27]
`;

async function main(): Promise<void> {
  const simulator = await startSimulator({
    host: values.host,
    port: numberOf('port'),
    slots: numberOf('slots'),
    ...(values.regions !== undefined && {regions: numberOf('regions')}),
    timing: {
      newMs: numberOf('new-seconds') * 1000,
      runningMs: numberOf('import-seconds') * 1000,
      savingMs: numberOf('saving-seconds') * 1000,
      deletingMs: numberOf('delete-seconds') * 1000,
    },
    ...(values['api-key'] !== undefined && {apiKey: values['api-key']}),
  });
  for (const regionId of [7, 10, 76]) {
    simulator.addImage({
      name: 'ubuntu-24.04-nvidia',
      regionId,
      visibility: 'public',
      osDistro: 'ubuntu',
      osVersion: '24.04',
    });
  }
  simulator.on('request', ({method, path}) => console.log(`${method} ${path}`));
  console.log(`URL      ${simulator.url}`);
  console.log(`API key  ${simulator.apiKey}`);
  console.log(`S3       ${simulator.storage.s3Url}`);
  console.log('Projects 1 default, 2 gpu-team');
  console.log(
    `Regions  ${values.regions ?? '7 Luxembourg-2, 10 Manassas, 76 Sines-2, and 26 Frankfurt which has no GPU'}\n`,
  );
  const authorization = `Authorization: APIKey ${simulator.apiKey}`;
  console.log(`curl -H '${authorization}' ${simulator.url}/cloud/v3/gpu/virtual/1/7/images\n`);
  const stop = async () => {
    await simulator.close();
    for (const violation of simulator.violations) console.error(`Against the OpenAPI document: ${violation}`);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}

if (values.help) console.log(USAGE);
else await main();
