import {types} from 'node:util';

/**
 * To be imported before anything else in a test that meets errors of the system. Jest runs each test file in a realm of its own,
 * with an `Error` that the errors of Node's own modules are no instances of; in the action's process there is but one realm.
 */
const isOfThisRealm = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    return isOfThisRealm.call(this, value) || (this === Error && types.isNativeError(value));
  },
});
