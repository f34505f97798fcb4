export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {'^.+\\.ts$': ['@swc/jest', {jsc: {target: 'es2024', parser: {syntax: 'typescript'}}}]},
  // The scenarios wait for other processes most of the time: more of them than there are cores.
  maxWorkers: 4,
  // On a busy machine a process takes its time to start.
  testTimeout: 20_000,
  modulePathIgnorePatterns: ['<rootDir>/build/'],
};
