// Commands in the region's database: what was answered survives a kill.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { atomically } from '../../transaction.ts';
import { type Region, ServiceError } from '../../types.ts';
import { type Command, type CommandChange, type CommandRequest, isOver } from './command.ts';
import { RETENTION_MS, RETRY_TOKEN_MS } from './settings.ts';

export interface CommandStore {
  /** Makes a command; the same retry token within a day gives the same command. Throws 409 for another body. */
  create(request: CommandRequest, retryToken: string | undefined): Command;
  find(id: string): Command | undefined;
  /** In the order of creation. */
  list(where: { compartmentId?: string; instanceId?: string }): readonly Command[];
  /** Those of an instance that are not over, in the order of creation. */
  open(instanceId: string): readonly Command[];
  change(command: Command, change: CommandChange): Command;
  /** Forgets what is older than the retention. */
  purge(): void;
  clear(): void;
}

export function openCommands(region: Region): CommandStore {
  const { database } = region;
  createTable(database);
  const find = (id: string): Command | undefined => {
    const row = database.prepare('SELECT * FROM instance_agent_command WHERE id = ?').get(id);
    return row && commandOf(row);
  };
  const all = (): Command[] =>
    database.prepare('SELECT * FROM instance_agent_command ORDER BY sequence').all().map(commandOf);
  return {
    create: (request, retryToken) =>
      atomically(database, () => {
        const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
        return remembered(region, { retryToken, hash }) ?? insert(region, request, { retryToken, hash });
      }),
    find,
    list: ({ compartmentId, instanceId }) =>
      all()
        .filter((command) => compartmentId === undefined || command.compartmentId === compartmentId)
        .filter((command) => instanceId === undefined || command.instanceId === instanceId),
    open: (instanceId) =>
      database
        .prepare(
          'SELECT * FROM instance_agent_command WHERE instance_id = ? AND is_open = 1 ORDER BY sequence',
        )
        .all(instanceId)
        .map(commandOf),
    change(command, change) {
      const changed = { ...command, ...change, timeUpdated: region.now(), eTag: newETag() };
      write(database, changed);
      return changed;
    },
    purge() {
      const oldest = region.now().getTime() - RETENTION_MS;
      database.prepare('DELETE FROM instance_agent_command WHERE created_at < ?').run(oldest);
    },
    clear() {
      database.exec('DELETE FROM instance_agent_command');
    },
  };
}

/** The command is one JSON column, read and written whole; the others are what it is looked up by. */
function createTable(database: DatabaseSync): void {
  database.exec(`CREATE TABLE IF NOT EXISTS instance_agent_command (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, retry_token TEXT, body_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL, instance_id TEXT NOT NULL, is_open INTEGER NOT NULL, command TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS instance_agent_open ON instance_agent_command (instance_id, is_open)`);
}

type Token = { readonly retryToken: string | undefined; readonly hash: string };

function remembered(region: Region, { retryToken, hash }: Token): Command | undefined {
  if (retryToken === undefined) return undefined;
  const row = region.database
    .prepare('SELECT * FROM instance_agent_command WHERE retry_token = ? AND created_at > ?')
    .get(retryToken, region.now().getTime() - RETRY_TOKEN_MS);
  if (row === undefined) return undefined;
  if (row.body_hash === hash) return commandOf(row);
  throw new ServiceError(409, 'InvalidatedRetryToken', 'The retry token was used with another request body.');
}

function insert(region: Region, request: CommandRequest, { retryToken, hash }: Token): Command {
  const now = region.now();
  const id = `ocid1.instanceagentcommand.oc1.${region.name}.${randomBytes(30).toString('hex')}`;
  const state = { deliveryState: 'VISIBLE', lifecycleState: 'ACCEPTED', isCanceled: false, isLost: false };
  const command = { ...request, ...state, id, eTag: newETag(), timeCreated: now, timeUpdated: now };
  const { lastInsertRowid } = region.database
    .prepare(
      `INSERT INTO instance_agent_command
       (id, retry_token, body_hash, created_at, instance_id, is_open, command) VALUES (?, ?, ?, ?, ?, 1, ?)`,
    )
    .run(id, retryToken ?? null, hash, now.getTime(), request.instanceId, JSON.stringify(command));
  return commandOf({ sequence: lastInsertRowid, command: JSON.stringify(command) });
}

function write(database: DatabaseSync, command: Command): void {
  database
    .prepare('UPDATE instance_agent_command SET command = ?, is_open = ? WHERE id = ?')
    .run(JSON.stringify(command), isOver(command) ? 0 : 1, command.id);
}

function commandOf(row: Record<string, unknown>): Command {
  const dated = (name: string, value: unknown): unknown =>
    DATES.has(name) && typeof value === 'string' ? new Date(value) : value;
  return { ...JSON.parse(String(row.command), dated), sequence: Number(row.sequence) };
}

const DATES = new Set(['timeCreated', 'timeUpdated', 'startedAt', 'heldUntil', 'stoppingSince']);

function newETag(): string {
  return randomUUID().replaceAll('-', '');
}
