import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {findVersitygw, startVersitygw, type Versitygw} from '../../harness/versitygw.ts';
import {itSpeaksWith} from './s3-scenarios.ts';

const versitygw = findVersitygw();
if (versitygw === undefined) {
  it('NOT RUN against versitygw, a real S3: .ci/versitygw installs it, if Go is there', () => {
    console.warn('versitygw is not installed: the S3 client was tried with the simulated S3 only.');
    expect(versitygw).toBeUndefined();
  });
} else {
  describe('the S3 client with versitygw', () => {
    let server: Versitygw;
    beforeAll(async () => {
      server = await startVersitygw(versitygw);
    });
    afterAll(() => server.close());
    itSpeaksWith(() => server);
  });
}
