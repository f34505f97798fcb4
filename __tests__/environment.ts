import {TestEnvironment} from 'jest-environment-node';
import * as metadata from '../harness/action-metadata.ts';
import * as contract from '../simulator/contract.ts';

/** What a worker has once for all its test files. Nothing in it knows of a test: it is what was read from files that do not change. */
export interface Shared {
  readonly contract: typeof contract;
  readonly metadata: typeof metadata;
}

/**
 * Jest loads every module anew for every test file. The schemas of the OpenAPI documents, and the YAML of the actions, would then take
 * more time than most files need to run: `jest.config.js` has these two modules taken from here.
 */
export default class extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    const shared: Shared = {contract, metadata};
    this.global['shared'] = shared;
  }
}
