import assert from 'node:assert/strict'
import {
  hostCases,
  imageProcessorCases,
  type RegisterTest,
  runCases,
  runStorageCases,
  type Send,
  sharedFactStoreCases,
  videoProcessorCases,
} from '@kith/conformance'
import { createKith } from '@kith/core'
import { createKithHttp } from '@kith/http'
import { createSharpImages } from '@kith/media-sharp'
import { createMediabunnyVideos } from '@kith/media-video'
import { createSqliteStorage, type SqliteStorage } from '@kith/storage-sqlite'
import { expressHost } from '../../packages/express/test/express-host.ts'
import { fastifyHost, mountAtRoot } from '../../packages/fastify/test/fastify-host.ts'
import { createFetchApp, createFetchHost } from '../../packages/http/test/journeys/fetch-host.ts'
import { runJourney } from '../../packages/http/test/journeys/journey.ts'
import type { JourneyHost } from '../../packages/http/test/journeys/journey-host.ts'
import { journeys, journeysOfHosts } from '../../packages/http/test/journeys/journeys.ts'
import { type Sender, serveFetch } from './serve-fetch.ts'

/** What the cases need from the process in which they run. */
export interface RuntimeConditions {
  /** A path in a folder that is removed after the tests. */
  freshPath(): string
  /** How requests reach a server at this port: Node makes them, and not the runtime under test. */
  sendTo(port: number): Send
}

/** One decompression bomb per container: they show that processing is bounded here too. The processing code is the same as in Node. */
const bombs = ['videos/bomb-mp4-20-000-tracks', 'videos/bomb-webm-20-000-tracks-of-a-webm']

/** Cases of the kit that a runtime can affect. Which video files are refused does not depend on it. */
const videoCases = videoProcessorCases.filter(
  ({ id }) => !id.startsWith('videos/bomb-') || bombs.includes(id),
)

/** Registers the cases and journeys for Bun and Deno, out of those that run in Node. */
export function registerRuntimeCases(register: RegisterTest, { freshPath, sendTo }: RuntimeConditions): void {
  const makeStorage = async (): Promise<SqliteStorage> => createSqliteStorage({ path: freshPath() })
  const group =
    (name: string): RegisterTest =>
    (title, body) =>
      register(`${name}/${title}`, body)

  // Everything that a server could break uses each server of the runtime; the rest of Kith needs no socket.
  const others = journeys.filter((journey) => !journeysOfHosts.includes(journey))
  const handler = createFetchHost(async () => createSqliteStorage({ path: ':memory:' }))
  const own = { makeStorage }
  for (const [name, host, list] of [
    ['handler', handler, others],
    ['served', createServedHost(makeStorage, sendTo), journeysOfHosts],
    ['express', expressHost((app, { routes }) => app.use(routes), { own, sendTo }), journeysOfHosts],
    ['fastify', fastifyHost(mountAtRoot, { own, sendTo }), journeysOfHosts],
  ] as const) {
    runCases(group(name), hostCases, async () => host)
    for (const journey of list)
      group(name)(`${journey.id}: ${journey.title}`, () => runJourney(journey, host))
  }

  runStorageCases(group('storage'), makeStorage)
  runCases(group('storage'), sharedFactStoreCases, async () => {
    const path = freshPath()
    const [one, other] = [createSqliteStorage({ path }), createSqliteStorage({ path })]
    await one.migrate()
    return { one: one.facts, other: other.facts }
  })
  group('storage')('backup: a copy is sound and holds what was there', () => checkBackup(freshPath))

  const images = createSharpImages()
  runCases(group('images'), imageProcessorCases, async () => images)
  const videos = createMediabunnyVideos()
  runCases(group('videos'), videoCases, async () => videos)
}

function createServedHost(
  makeStorage: JourneyHost['makeStorage'],
  sendTo: RuntimeConditions['sendTo'],
): JourneyHost {
  return {
    ...createFetchHost(makeStorage),
    address: '127.0.0.1',
    async serve(kith, options) {
      const app = createFetchApp<Sender>(createKithHttp(kith, options), (_, { address }) => address)
      const { port, close } = serveFetch(app)
      return { send: sendTo(port), connections: async () => 0, close }
    },
  }
}

async function checkBackup(freshPath: () => string): Promise<void> {
  const storage = createSqliteStorage({ path: freshPath() })
  const kith = createKith({ secret: 'a secret of thirty-two characters', storage })
  await kith.storage.migrate()
  const { user } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
  assert.deepEqual(await storage.integrity(), [])
  const path = freshPath()
  await storage.backup(path)
  const copy = createSqliteStorage({ path, mustExist: true })
  assert.deepEqual(await copy.integrity(), [])
  assert.equal((await copy.users.byId(user.id))?.username, 'anna')
  await copy.close()
  await kith.close()
}
