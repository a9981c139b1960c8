// Reads the body of CreateInstanceAgentCommand and says what is wrong with it.
import { createHash } from 'node:crypto';
import { invalidParameter } from '../../http/errors.ts';
import type { CommandRequest } from './command.ts';
import { MAX_RUN_SECONDS, MAX_SCRIPT_BYTES } from './settings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Throws 400 `InvalidParameter` naming the field. Only TEXT sources and outputs are played here. */
export function parseCommandRequest(body: unknown): CommandRequest {
  const fields = object(body, 'the body');
  const target = object(fields.target, 'target');
  const content = object(fields.content, 'content');
  const commandString = content.commandString;
  return {
    compartmentId: text(fields.compartmentId, 'compartmentId'),
    instanceId: text(target.instanceId, 'target.instanceId'),
    displayName: fields.displayName === undefined ? undefined : text(fields.displayName, 'displayName'),
    executionTimeOutInSeconds: seconds(fields.executionTimeOutInSeconds),
    script: scriptOf(object(content.source, 'content.source'), content.output),
    commandString: commandString === undefined ? undefined : text(commandString, 'content.commandString'),
  };
}

function scriptOf(source: Fields, output: unknown): string {
  if (source.sourceType !== 'TEXT') {
    throw invalidParameter(`content.source.sourceType must be TEXT here, got ${String(source.sourceType)}.`);
  }
  const outputType = output === undefined ? 'TEXT' : object(output, 'content.output').outputType;
  if (outputType !== 'TEXT') {
    throw invalidParameter(`content.output.outputType must be TEXT here, got ${String(outputType)}.`);
  }
  const script = text(source.text, 'content.source.text');
  const bytes = Buffer.byteLength(script);
  if (bytes > MAX_SCRIPT_BYTES) {
    throw invalidParameter(`content.source.text has ${bytes} bytes, more than ${MAX_SCRIPT_BYTES}.`);
  }
  const sha256 = createHash('sha256').update(script).digest('hex');
  if (source.textSha256 !== undefined && source.textSha256 !== sha256) {
    throw invalidParameter('content.source.textSha256 is not the SHA-256 of content.source.text.');
  }
  return script;
}

function object(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidParameter(`${field} must be an object.`);
  }
  return { ...value };
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') throw invalidParameter(`${field} must be a text.`);
  return value;
}

function seconds(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_RUN_SECONDS) {
    return value;
  }
  throw invalidParameter(
    `executionTimeOutInSeconds must be a whole number from 0 (none) to ${MAX_RUN_SECONDS} (one day).`,
  );
}
