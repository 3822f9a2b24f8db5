import { textGeneration } from '../../../tasks/text-generation/index.js';
import { type GenerationRequest, request } from '../../../tasks/text-generation/schema.js';

test('a request that has nothing to read and nothing to write has a size nevertheless', () => {
  const fields = request.parse({ prompt: '', max_tokens: 0, prompt_logprobs: true }) as GenerationRequest;
  expect(textGeneration.split(fields, undefined).works).toMatchObject([{ size: 1, bytes: 0 }]);
});
