import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { demandAllHandedOver } from '../../../test/outbox-kill/kill.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { spawnGuarded } from '../../../test/servers/guard.ts'
import { createPostgresStorage } from '../src/index.ts'

const rounds = 8
const script = fileURLToPath(new URL('outbox-worker.ts', import.meta.url))
const flags = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

await describeWithPostgres('the outbox on PostgreSQL', {}, (postgres) => {
  test(
    'killed at any moment, every acknowledged change is delivered, in order for its account, and nothing that did not happen',
    async () => {
      const { uri: url } = postgres()
      const schema = postgres().freshSchema()
      await demandAllHandedOver({
        rounds,
        start: (round) =>
          spawnGuarded(process.execPath, [...flags, script, url, schema, round], {
            stdio: ['ignore', 'pipe', 'inherit'],
          }),
        open: () => createPostgresStorage({ url, schema, timeoutMillis: 20_000 }),
      })
    },
    rounds * 30_000,
  )
})
