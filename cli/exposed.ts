// The ports that an image will have, as far as its Dockerfile says.
import { type Dockerfile, DockerfileParser } from 'dockerfile-ast';

/**
 * TCP ports of every EXPOSE up to the end of `target` (default: the last stage), with stages it is built from. Empty
 * when there is none: the base image may still have some, which only the build can tell.
 */
export function exposedPorts(text: string, target?: string): number[] {
  const dockerfile = DockerfileParser.parse(text);
  const stages = dockerfile.getFROMs();
  const last = target === undefined ? stages.length - 1 : stageNamed(dockerfile, target);
  const ports = new Set<number>();
  for (let stage = last; stage >= 0; stage = stageNamed(dockerfile, stages[stage]?.getImage() ?? '', stage))
    for (const port of portsOf(dockerfile, stage)) ports.add(port);
  return [...ports].sort((a, b) => a - b);
}

/** Index of the stage of this name before `before`; -1 when the name is an image's. */
function stageNamed(dockerfile: Dockerfile, name: string, before = Number.POSITIVE_INFINITY): number {
  return dockerfile
    .getFROMs()
    .findLastIndex(
      (from, index) => index < before && from.getBuildStage()?.toLowerCase() === name.toLowerCase(),
    );
}

function portsOf(dockerfile: Dockerfile, stage: number): number[] {
  const [begin = 0, end = Number.POSITIVE_INFINITY] = dockerfile
    .getFROMs()
    .slice(stage, stage + 2)
    .map((from) => from.getRange().start.line);
  return dockerfile
    .getInstructions()
    .filter((one) => one.getKeyword() === 'EXPOSE')
    .filter((one) => one.getRange().start.line > begin && one.getRange().start.line < end)
    .flatMap((one) =>
      one
        .getArguments()
        .flatMap((word) => rangeOf(resolve(dockerfile, word.getValue(), word.getRange().start.line))),
    );
}

/** `$PORT` and `${PORT}` as ARG and ENV before that line say. */
function resolve(dockerfile: Dockerfile, word: string, line: number): string {
  return word.replace(/\$\{?(\w+)\}?/g, (_, name: string) => dockerfile.resolveVariable(name, line) ?? '');
}

/** `8080`, `8080/tcp`, `8080-8082`; other protocols and what is no port count as none. */
function rangeOf(word: string): number[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?(?:\/tcp)?$/i.exec(word) ?? [];
  if (first === undefined) return [];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
}
