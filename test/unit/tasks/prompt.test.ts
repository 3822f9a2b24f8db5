import { ChatTemplate } from '../../../src/runner/generate/chat.js';
import { ModelFolder } from '../../../src/runner/model-folder.js';
import { Tokenizer } from '../../../src/runner/tokenizer.js';
import { encodePrompt } from '../../../tasks/text-generation/prompt.js';
import { fixture } from '../../helpers/fixtures.js';
import { spacePieceTokenizer } from '../../helpers/tokenizers.js';

const model = new ModelFolder(fixture('models/tiny/llama-gqa'), 'fp32', {});
const idsOf = (prompt: string, tokenizer: Tokenizer) =>
  encodePrompt(
    { prompt },
    { tokenizer, chat: new ChatTemplate(model, tokenizer), limits: { capacity: 100, vocabulary: 512 } },
  );

test("an empty prompt is the model's own beginning, as for transformers' generate", async () => {
  const tokenizer = Tokenizer.open(model);
  expect(await idsOf('', tokenizer)).toEqual([tokenizer.id('<|im_start|>')]);
  expect(await idsOf('Once', tokenizer)).toEqual([331]);
});

test('a model that has none refuses an empty prompt', async () => {
  await expect(idsOf('', spacePieceTokenizer())).rejects.toMatchObject({
    code: 'invalid_field',
    param: 'prompt',
  });
});
