import type { Task } from '../task.js';
import {
  type Answers,
  noAnswer,
  type QuestionInput,
  type QuestionParams,
  type QuestionRequest,
  request,
  response,
} from './schema.js';
import { wire } from './wire.js';

export const questionAnswering: Task<QuestionRequest, Answers> = {
  name: 'question-answering',
  aliases: [],
  summary: 'Finds the answer to a question in a text.',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  wire,
  split(asked) {
    const { question, context } = asked;
    const input: QuestionInput = { question, context };
    const params: QuestionParams = {
      topK: asked.top_k,
      maxAnswerTokens: asked.max_answer_len,
      windowTokens: asked.max_seq_len,
      overlapTokens: asked.doc_stride,
      mayBeEmpty: asked.handle_impossible_answer,
      wholeWords: asked.align_to_words,
    };
    const size = question.length + context.length;
    return { works: [{ input, size, bytes: size * 2 }], params };
  },
  render([value], { top_k }) {
    const { answers } = value!;
    return { ...(answers[0] ?? noAnswer), ...(top_k > 1 ? { answers } : {}) };
  },
};
