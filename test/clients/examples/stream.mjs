// Prints a text as it is written: node stream.mjs <url> <key> <model> <prompt>
const [url, token, model, prompt] = process.argv.slice(2);

const response = await fetch(`${url}/v1/inference/text-generation/stream`, {
  method: 'POST',
  headers: {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({ model, prompt }),
});

const reader = response.body.getReader();
const decoder = new TextDecoder();
while (true) {
  const { done, value } = await reader.read();
  if (done) break;
  // Every read is taken to hold whole lines: the service writes one event at a time.
  for (const line of decoder.decode(value).split('\n')) {
    if (line.startsWith('data: ')) {
      const data = JSON.parse(line.slice(6));
      console.log(data.token);
    }
  }
}
