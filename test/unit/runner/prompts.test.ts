import { ModelFolder } from '../../../src/runner/model-folder.js';
import { Prompts } from '../../../src/runner/prompts.js';
import { temporaryFolder, writeFiles } from '../../helpers/temporary.js';

const promptsOf = (file: object | undefined) => {
  const folder = temporaryFolder();
  if (file) writeFiles(folder, { 'config_sentence_transformers.json': file });
  return Prompts.of(new ModelFolder(folder, 'fp32', {}));
};

const prompts = { query: 'query: ', passage: '' };

test('a prompt is found by its name', () => {
  const found = promptsOf({ prompts, default_prompt_name: null });
  expect([found.named('query'), found.named('passage'), found.named(undefined)]).toEqual(['query: ', '', '']);
});

test('the default of the model holds where none is named', () => {
  const found = promptsOf({ prompts, default_prompt_name: 'query' });
  expect([found.named(undefined), found.named('passage')]).toEqual(['query: ', '']);
});

test('a name that is unknown is refused with those that are known', () => {
  expect(() => promptsOf({ prompts }).named('other')).toThrow(/"other".*"query", "passage"/);
  for (const file of [undefined, {}, { prompts: null }])
    expect(() => promptsOf(file).named('query')).toThrow(/no prompts/);
});
