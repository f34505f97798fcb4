export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {'^.+\\.ts$': ['@swc/jest', {jsc: {target: 'es2024', parser: {syntax: 'typescript'}}}]},
  modulePathIgnorePatterns: ['<rootDir>/build/'],
};
