/** Tests run on the built output: what ships, and what child processes load. */
// biome-ignore lint/style/noDefaultExport: jest reads its configuration so
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testTimeout: 30_000,
  maxWorkers: 2,
};
