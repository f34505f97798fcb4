// Windows has no signals: there, a process that is sent one is ended at once, and these suites look at how a step stops.
const needSignals = [
  '__tests__/docs/troubleshooting',
  '__tests__/process/proxy',
  '__tests__/process/signals',
  '__tests__/process/verdict',
  '__tests__/scenarios/.*stops-(all-regions|at-once)-when',
];
const leftOut = process.platform === 'win32' ? needSignals : [];
if (leftOut.length > 0) console.warn(`Left out on Windows, which has no signals: ${leftOut.join(', ')}`);

export default {
  testEnvironment: '<rootDir>/__tests__/environment.ts',
  moduleNameMapper: {
    '/contract\\.ts$': '<rootDir>/__tests__/fixtures/shared-contract.ts',
    '/action-metadata\\.ts$': '<rootDir>/__tests__/fixtures/shared-metadata.ts',
  },
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {'^.+\\.ts$': ['@swc/jest', {jsc: {target: 'es2024', parser: {syntax: 'typescript'}}}]},
  // The scenarios wait for other processes most of the time: more of them than there are cores.
  maxWorkers: 4,
  // It ends what hangs. How long a process takes to start is the machine's business.
  testTimeout: 120_000,
  testPathIgnorePatterns: ['/node_modules/', ...leftOut.map((pattern) => pattern.replaceAll('/', '[/\\\\]'))],
  modulePathIgnorePatterns: ['<rootDir>/build/'],
};
