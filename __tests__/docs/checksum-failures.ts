import {hostFile, type Interference} from '../fixtures/file-host.ts';
import type {Failure} from './failure.ts';

const EXPECTED = `sha256:${'0'.repeat(64)}`;

/** An upload from a server whose answers to the read of the file are these. */
function reading(interfere: Interference): Failure {
  return {
    play: async (stage) => {
      await using host = await hostFile(stage.image);
      host.interfere = interfere;
      return await stage.upload({url: host.url, checksum: EXPECTED});
    },
  };
}

/** What goes wrong with `checksum`. */
export const CHECKSUM_FAILURES: Readonly<Record<string, Failure>> = {
  'The checksum does not match': reading(() => false),
  'The checksum is not verified': reading(({kind}, response) => {
    if (kind === 'read') response.writeHead(404).end();
    return kind === 'read';
  }),
  'The asset has another checksum': {
    play: (stage) => stage.upload({'release-asset': 'trainer-*.qcow2', checksum: EXPECTED}),
  },
  'The checksum file has no line for the image': {
    play: async (stage) => {
      await using host = await hostFile(Buffer.from(`${'0'.repeat(64)}  other.qcow2\n`), '/SHA256SUMS.qcow2');
      return await stage.upload({checksum: host.url});
    },
  },
  'The checksum file cannot be read': {
    play: async (stage) => {
      await using host = await hostFile(Buffer.alloc(0), '/SHA256SUMS.qcow2');
      host.interfere = (_, response) => response.writeHead(404).end() !== undefined;
      return await stage.upload({checksum: host.url});
    },
  },
};
