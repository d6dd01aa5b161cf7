import { createHash } from 'node:crypto'
import type { RedisClient } from './client.ts'

/** A Lua script, which Redis runs as one step. */
export interface Script {
  readonly source: string
  readonly digest: string
}

/** The id of a script, its digest, as in Redis. */
export function defineScript(source: string): Script {
  return Object.freeze({ source, digest: createHash('sha1').update(source).digest('hex') })
}

/** The arguments of a script: on a cluster all `keys` must have one slot. */
export interface ScriptInput {
  keys: readonly string[]
  values: readonly (string | number)[]
}

/**
 * Runs a script by its digest, and in full if the server does not have it: after a restart or a failover. A cluster
 * sends scripts to the master, even if the client reads from replicas.
 */
export async function runScript(
  client: RedisClient,
  { source, digest }: Script,
  { keys, values }: ScriptInput,
): Promise<unknown> {
  try {
    return await client.evalsha(digest, keys.length, ...keys, ...values)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return await client.eval(source, keys.length, ...keys, ...values)
  }
}
