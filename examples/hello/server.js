import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const port = Number(process.env.PORT ?? 8080);

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (request.url === '/healthz') {
    response.end('ok\n');
    return;
  }
  response.end(`Hello from hello, version ${version}\n`);
});

server.listen(port, () => console.log(`hello ${version} listens on port ${port}`));
// As process 1 it gets no default handler: without this, a pod takes its whole grace period to end.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
