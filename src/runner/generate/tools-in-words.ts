/** Tools for a model whose template knows none: described in the conversation itself, as any text. */
import type { CallFormat } from './call-format.js';
import type { Message, Tool } from './chat.js';

export const toolsInWords = (
  messages: readonly Message[],
  tools: readonly Tool[] | undefined,
  format: CallFormat,
): readonly Message[] => {
  const told = messages.map((message) => inWords(message, format));
  if (!tools) return told;
  const [first, ...rest] = told;
  const help = helpFor(tools, format);
  if (first?.role !== 'system') return [{ role: 'system', content: help }, ...told];
  return [{ ...first, content: `${first.content}\n\n${help}` }, ...rest];
};

const helpFor = (tools: readonly Tool[], { opener, closer, argumentsKey }: CallFormat): string =>
  [
    'You can call these functions:',
    ...tools.map((tool) => JSON.stringify(tool.function)),
    `To call one, answer ${opener}{"name": "<its name>", "${argumentsKey}": {<its arguments>}}${closer}`,
  ].join('\n');

const inWords = (message: Message, { opener, closer, argumentsKey }: CallFormat): Message => {
  const { role, content = '', tool_calls: calls = [] } = message;
  if (role === 'tool') return { role: 'user', content: `<tool_response>${content}</tool_response>` };
  if (calls.length === 0) return { ...message, content };
  const texts = calls.map(
    ({ function: { name, arguments: json } }) =>
      `${opener}{"name": ${JSON.stringify(name)}, "${argumentsKey}": ${json}}${closer}`,
  );
  return { role, content: [content, ...texts].filter(Boolean).join('\n') };
};
