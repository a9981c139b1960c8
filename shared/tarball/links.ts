// Where symlinks lead, links of links included: looking at the text of one target is not enough.
import { parentOf } from './paths.ts';
import { TarballRefused } from './rules.ts';

/** Linux gives up (ELOOP) after as many. */
const MAX_HOPS = 40;

/**
 * Follows every link as the kernel would, with the archive's root as the root of the world.
 * @param links path → target, both relative to the root
 * @param budget steps over all links together
 * Throws TarballRefused `link-escapes`.
 */
export function followLinks(links: ReadonlyMap<string, string>, budget: number): void {
  const left = { steps: budget };
  for (const [path, target] of links) follow({ path, target, links, left });
}

interface Walk {
  readonly path: string;
  readonly target: string;
  readonly links: ReadonlyMap<string, string>;
  readonly left: { steps: number };
}

function follow({ path, target, links, left }: Walk): void {
  const refuse = (detail: string): never => {
    throw new TarballRefused('link-escapes', { path, detail });
  };
  const at = partsOf(parentOf(path));
  const todo = partsOf(target).reverse();
  if (target.startsWith('/')) refuse(`It points at "${target}", outside the archive.`);
  let hops = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    left.steps -= 1;
    if (left.steps < 0) refuse('There are too many links through links.');
    if (part === '..') {
      if (at.pop() === undefined) refuse(`It points at "${target}", outside the archive.`);
      continue;
    }
    at.push(part);
    const next = links.get(at.join('/'));
    if (next === undefined) continue;
    hops += 1;
    if (hops > MAX_HOPS) refuse(`It points at "${target}", which leads in a circle.`);
    if (next.startsWith('/')) refuse(`It points at "${target}", which leads outside the archive.`);
    at.pop();
    todo.push(...partsOf(next).reverse());
  }
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');
