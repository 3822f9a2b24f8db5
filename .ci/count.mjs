/** `count.mjs <jest's JSON> …`: what failed, was skipped or did not run, then `N passed, N failed` over all of them. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  const part = basename(file, '.json').replace(/^\d+ /, '');
  const suites = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [];
  if (suites.length === 0) {
    failed++;
    console.log(`did not run: ${part}`);
  }
  for (const { name, status, assertionResults } of suites) {
    const at = `${part}, ${relative(process.cwd(), name)}`;
    // A suite that could not be loaded has no tests to fail.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      failed++;
      console.log(`failed: ${at}`);
    }
    for (const test of assertionResults) {
      if (test.status === 'passed') passed++;
      else {
        // Everything is asked for: what was skipped is missing.
        failed++;
        console.log(`${test.status === 'failed' ? 'failed' : 'skipped'}: ${at}: ${test.fullName}`);
      }
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
