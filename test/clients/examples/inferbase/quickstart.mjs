import OpenAI from 'openai';

const client = new OpenAI({
  apiKey: process.env.KEY,
  baseURL: `${process.env.URL}/api/v1/inference`,
});
const response = await client.chat.completions.create({
  model: process.env.MODEL,
  messages: [{ role: 'user', content: 'Explain quantum computing in 3 sentences.' }],
});
console.log(response.choices[0].message.content);
