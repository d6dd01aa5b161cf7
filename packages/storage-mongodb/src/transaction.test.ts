import { expect, test } from 'vitest'
import { readyMedia, samplePost } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { useTwoClients } from '../test/two-clients.ts'
import { type Call, type Connection, createConnection } from './connection.ts'
import { createMediaStore } from './media-store.ts'
import { checkOptions } from './options.ts'
import { createPostStore } from './post-store.ts'
import { createServerSource } from './server.ts'

await describeWithMongo('after a commit of which nobody knows', { topology: 'replica-set' }, (mongo) => {
  const { client, database, storage } = useTwoClients(mongo)

  /** Calls whose transactions all seem to be run again, after one that came to `earlier` and was not carried out. */
  function runAgain(earlier: unknown): Connection {
    const settings = checkOptions({ client: client('calm'), database: database().databaseName })
    const { call } = createConnection(settings, createServerSource(settings))
    const again: Connection['call'] = (name, work) =>
      call(name, (each) => {
        const atomically: Call['atomically'] = (keys, change) =>
          each.atomically(keys, (within, abort) => change(within, abort, earlier as never))
        return work({ ...each, atomically })
      })
    return { call: again, longCall: again }
  }

  test('what another has taken meanwhile is not said to be had', async () => {
    const upload = await readyMedia(storage('calm'))
    const { ownerId, id } = upload
    await storage('calm').posts.create(samplePost({ authorId: ownerId }), [{ id, alt: '' }])
    const posts = createPostStore(runAgain('created'))
    expect(await posts.create(samplePost({ authorId: ownerId }), [{ id, alt: '' }])).toEqual({
      outcome: 'media-unavailable',
      ids: [id],
    })
    expect(await createMediaStore(runAgain(true)).attach(id, ownerId, 'avatar')).toBe(false)
  })
})
