import { randomUUID } from 'node:crypto'
import { afterEach, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { testBrokenNetworks } from '../../../test/shared-server/broken-networks.ts'
import { testChaos } from '../../../test/shared-server/chaos.ts'
import { testFailingServer } from '../../../test/shared-server/failing-server.ts'
import { demandKnown, inAMinute, until } from '../../../test/shared-server/mirrors.ts'
import type { FailingPlace } from '../../../test/shared-server/shared-place.ts'
import { asShared, freshPlace, openConnected, openPool, openRevocations } from './shared-instances.ts'
import type { TestDriver } from './storages.ts'

/** What must be true for a failing server and network, through one driver. Each has a separate file, so that they can run concurrently. */
export async function testOutages(driver: TestDriver): Promise<void> {
  vi.setConfig({ testTimeout: 60_000 })

  await describeWithPostgres(`a failing server, through ${driver}`, { control: true }, (postgres) => {
    afterEach(() => postgres().control?.thaw())

    async function place(): Promise<FailingPlace> {
      const { control } = postgres()
      if (!control) throw new Error('the server is not ours')
      return { ...asShared(await freshPlace(postgres(), driver)), control }
    }

    testFailingServer(test, place)
    testChaos(test, place)

    test('emptied while connected: the next rebuild writes back the entries of the mirrors', async () => {
      const here = await freshPlace(postgres(), driver)
      const [one, other] = [await openConnected(here), await openConnected(here)]
      const ids = Array.from({ length: 2_500 }, () => randomUUID())
      await one.revoke(ids, inAMinute())
      await demandKnown(other, ids)
      const pool = openPool(here)
      await pool.query(`DELETE FROM ${here.schema}.revoked`)
      await postgres().control?.restart()
      const counted = async (): Promise<string | undefined> =>
        (await pool.query<{ count: string }>(`SELECT count(*) FROM ${here.schema}.revoked`)).rows[0]?.count
      await until(async () => (await counted()) === '2500')
      await demandKnown(openRevocations(here), ids)
    })
  })

  await describeWithPostgres(`broken connections, through ${driver}`, {}, (postgres) => {
    testBrokenNetworks(test, async () => asShared(await freshPlace(postgres(), driver)))
  })
}
