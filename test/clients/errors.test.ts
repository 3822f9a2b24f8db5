/** Every error as each client shows it: its class, the status, the service's words, the request's id. */
import {
  inTurn,
  type Shown,
  showCurl,
  showDeepInfra,
  showHuggingFace,
  showOpenAi,
  showPython,
} from '../helpers/error-clients.js';
import {
  describeWithCurl,
  describeWithHuggingFacePython,
  describeWithLiteLlm,
  describeWithOpenAiPython,
  describeWithPython,
  liteLlmPython,
} from '../helpers/needs.js';
import { type Refusal, type Refusing, refusals, serveRefusals } from '../helpers/refusals.js';

let service: Refusing;
beforeAll(async () => {
  service = await serveRefusals();
});
afterAll(() => service.close());

const openAiClasses: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
  502: 'InternalServerError',
  503: 'InternalServerError',
};
const liteLlmClasses: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  404: 'NotFoundError',
  413: 'BadRequestError',
  415: 'APIStatusError',
  422: 'BadRequestError',
  429: 'RateLimitError',
  502: 'BadGatewayError',
  503: 'ServiceUnavailableError',
};

/** Each refusal is one request, and is shown as the client shows its status. */
const meets = (show: () => Promise<Shown[]>, classOf: (refusal: Refusal) => string) => () => {
  let shown: Shown[];
  let answered: number;
  beforeAll(async () => {
    await service.recover();
    const before = service.answered;
    shown = await show();
    answered = service.answered - before;
  }, 300_000);

  test.each(refusals.map((refusal, i) => [refusal.status, refusal.code, refusal, i] as const))(
    '%i %s',
    (status, _, refusal, i) => {
      expect(shown[i]).toEqual([classOf(refusal), status, expect.stringMatching(refusal.says), true]);
    },
  );

  test('asks once for each', () => expect(answered).toBe(refusals.length));
};

const codeOf = ({ code }: Refusal) => code;

describe(
  "OpenAI's client for JavaScript",
  meets(
    () => inTurn(showOpenAi(service)),
    ({ status }) => openAiClasses[status] ?? 'APIError',
  ),
);
describe(
  "Hugging Face's client for JavaScript",
  meets(
    () => inTurn(showHuggingFace(service)),
    () => 'InferenceClientProviderApiError',
  ),
);
describe(
  "DeepInfra's client",
  meets(
    () => inTurn(showDeepInfra(service)),
    () => 'AxiosError',
  ),
);
describeWithCurl(
  'curl',
  meets(() => showCurl(service), codeOf),
);
describeWithPython(
  "Python's requests",
  meets(() => showPython(service, 'requests'), codeOf),
);
describeWithOpenAiPython(
  "OpenAI's client for Python",
  meets(
    () => showPython(service, 'openai'),
    ({ status }) => openAiClasses[status] ?? 'APIStatusError',
  ),
);
describeWithHuggingFacePython(
  "Hugging Face's client for Python",
  meets(
    () => showPython(service, 'huggingface'),
    ({ status }) => (status === 400 ? 'BadRequestError' : 'HfHubHTTPError'),
  ),
);
describeWithLiteLlm(
  "LiteLLM's SDK",
  meets(
    () => showPython(service, 'litellm', { interpreter: liteLlmPython }),
    ({ status }) => liteLlmClasses[status] ?? 'APIError',
  ),
);
