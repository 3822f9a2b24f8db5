import { chooseAttentionKernel } from '../../../src/runner/generate/attention-kernel.js';

const variable = 'ORT_GQA_DISABLE_FLASH_ATTENTION';

/** SmolLM2's shape; its chunks are of 512 tokens. */
const config = { num_hidden_layers: 30, num_attention_heads: 9, hidden_size: 576, vocab_size: 49_152 };

const chosen = (windowTokens: number, given?: string): string | undefined => {
  if (given === undefined) delete process.env[variable];
  else process.env[variable] = given;
  chooseAttentionKernel(config, windowTokens);
  return process.env[variable];
};

afterEach(() => {
  delete process.env[variable];
});

test('where the scores of a whole window take little memory, the kernel that holds them is taken', () => {
  // 9 x 512 x 14,563 floats are a little less than 256 MB.
  expect(chosen(8192)).toBe('1');
  expect(chosen(14_563)).toBe('1');
});

test('where they could take much, it is flash attention', () => {
  expect(chosen(14_564)).toBeUndefined();
  expect(chosen(131_072)).toBeUndefined();
});

test("the operator's choice stands", () => {
  expect(chosen(8192, '0')).toBe('0');
});
