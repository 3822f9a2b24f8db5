/** String formats of JSON schema that a regular expression can say; what fits the expression fits the format. */
import { writtenInString } from './json-text.js';
import type { Part } from './network.js';
import { fullRegex } from './regex.js';

const date =
  '(19|20)\\d\\d-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))';
const time = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|[+-](0\\d|1[0-3]):[0-5]\\d)';
const label = '[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?';
const host = `${label}(\\.${label}){1,5}`;
const byte = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const group = '[0-9a-f]{1,4}';

const sources: Readonly<Record<string, string>> = {
  date,
  time,
  'date-time': `${date}T${time}`,
  duration: 'P(\\d{1,4}D(T\\d{1,2}H(\\d{1,2}M(\\d{1,2}S)?)?)?|T\\d{1,4}[HMS]|\\d{1,4}[WMY])',
  email: `[A-Za-z0-9_+-]{1,32}(\\.[A-Za-z0-9_+-]{1,32}){0,3}@${host}`,
  hostname: host,
  ipv4: `${byte}(\\.${byte}){3}`,
  ipv6: `${group}(:${group}){7}`,
  uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}',
  uri: `https?://${host}(/[A-Za-z0-9_.~-]{1,64}){0,8}/?(\\?[A-Za-z0-9_=&-]{1,64})?`,
};

export const formats: ReadonlyMap<string, Part> = new Map(
  Object.entries(sources).map(([name, source]) => [name, fullRegex(source, writtenInString)]),
);
