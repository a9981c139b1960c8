import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { page } from './page.js';

const port = Number(process.env.PORT ?? 8080);
const version = process.env.VERSION ?? 'dev';
/** Where the ConfigMap is mounted; without a cluster there are a few things to sell all the same. */
const catalogue = process.env.CATALOGUE ?? '/etc/shop/catalogue.json';

async function things() {
  try {
    return JSON.parse(await readFile(catalogue, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return [{ name: 'Oar', price: 12 }];
  }
}

const routes = {
  '/': async () => ({ type: 'text/html; charset=utf-8', body: page({ version, things: await things() }) }),
  '/things': async () => ({ type: 'application/json', body: JSON.stringify(await things()) }),
  '/healthz': async () => ({ type: 'text/plain', body: 'ok\n' }),
};

const server = createServer(async (request, response) => {
  const route = routes[new URL(request.url, 'http://shop').pathname];
  if (route === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
    return;
  }
  try {
    const { type, body } = await route();
    response.writeHead(200, { 'content-type': type }).end(body);
  } catch (error) {
    console.error(error);
    response.writeHead(500, { 'content-type': 'text/plain' }).end('The catalogue cannot be read.\n');
  }
});

server.listen(port, () => console.log(`shop ${version} listens on port ${port}`));
// As process 1 it gets no default handler: without this, a pod takes its whole grace period to end.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
