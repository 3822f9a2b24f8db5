import { readFileSync } from 'node:fs';
import { ChatTemplate } from '../../../src/runner/generate/chat.js';
import { ModelFolder } from '../../../src/runner/model-folder.js';
import { Tokenizer } from '../../../src/runner/tokenizer.js';
import { fixture } from '../../helpers/fixtures.js';
import { temporaryFolder, writeFiles } from '../../helpers/temporary.js';

const tokenizerFile = JSON.parse(readFileSync(fixture('models/tiny/llama-gqa/tokenizer.json'), 'utf8'));

const open = (config: object, files: Record<string, object | string> = {}) => {
  const folder = writeFiles(temporaryFolder(), {
    'tokenizer.json': tokenizerFile,
    'tokenizer_config.json': { bos_token: '<s>', eos_token: { content: '</s>' }, ...config },
    ...files,
  });
  const model = new ModelFolder(folder, 'fp32', {});
  return new ChatTemplate(model, Tokenizer.open(model));
};

const plain =
  '{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}';
const withTools =
  '{% if tools %}TOOLS {% for t in tools %}{{ t.function.name }} {% endfor %}{% endif %}' +
  '{% for m in messages %}<{{ m.role }}>{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function.name }} {{ c.function.arguments.city }}</tool_call>{% endfor %}{% endfor %}';

const hello = [{ role: 'user', content: 'Hello' }];
const tools = [
  { function: { name: 'get_weather', description: 'Weather.', parameters: { type: 'object' } } },
];
const history = [
  { role: 'system', content: 'Be brief.' },
  ...hello,
  { role: 'assistant', tool_calls: [{ function: { name: 'get_weather', arguments: '{"city": "Oslo"}' } }] },
  { role: 'tool', content: 'Rain', tool_call_id: 'a' },
];

test("a conversation is rendered by the model's own template, up to the assistant's turn", () => {
  expect(open({ chat_template: plain }).render(hello, undefined).join('')).toBe('<s><user>Hello<assistant>');
});

test('a template in a file of its own goes before that of the configuration', () => {
  const chat = open({ chat_template: plain }, { 'chat_template.json': { chat_template: 'FILE' } });
  expect(chat.render(hello, undefined).join('')).toBe('FILE');
});

test('a template that knows tools gets them, and the arguments of calls as objects', () => {
  const chat = open({ chat_template: withTools });
  expect(chat.render(history, tools).join('')).toBe(
    'TOOLS get_weather <system>Be brief.<user>Hello<assistant><tool_call>get_weather Oslo</tool_call><tool>Rain',
  );
  expect(chat.render(hello, undefined).join('')).toBe('<user>Hello');
});

test('of several templates, the one for tools is taken where there are some', () => {
  const chat = open({
    chat_template: [
      { name: 'default', template: plain },
      { name: 'tool_use', template: withTools },
    ],
  });
  expect(chat.render(hello, undefined).join('')).toBe('<s><user>Hello<assistant>');
  expect(chat.render(hello, tools).join('')).toBe('TOOLS get_weather <user>Hello');
});

test('a template that knows no tools is told of them in words', () => {
  const chat = open({ chat_template: plain });
  const told = chat.render(history, tools).join('');
  expect(told).toContain('<s><system>Be brief.\n\nYou can call these functions:\n{"name":"get_weather"');
  expect(told).toContain(
    '<assistant><tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"}}</tool_call>',
  );
  expect(told).toContain('<user><tool_response>Rain</tool_response>');
  expect(chat.render(hello, tools).join('')).toMatch(/^<s><system>You can call/);
});

test('a model without a template refuses conversations', () => {
  expect(() => open({}).render(hello, undefined)).toThrow(
    expect.objectContaining({ code: 'invalid_field', param: 'messages' }),
  );
});

test('what a template refuses is refused in its words', () => {
  const chat = open({ chat_template: "{{ raise_exception('roles must alternate') }}" });
  expect(() => chat.render(hello, undefined)).toThrow(/roles must alternate/);
});
