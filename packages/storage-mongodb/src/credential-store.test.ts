import { expect, test } from 'vitest'
import { later, sampleCredential, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { useStorages } from '../test/emptied-storage.ts'
import { credentialDocument } from './credential-document.ts'
import { toStored } from './stored-ids.ts'

for (const topology of ['replica-set', 'standalone'] as const) {
  await describeWithMongo(`credentials on a ${topology}`, { topology }, (mongo) => {
    const { emptied, database } = useStorages(mongo)

    test('of an account are removed with its purge, even if the process that deleted it knew none or was interrupted', async () => {
      const { users, credentials } = await emptied()
      const user = sampleUser()
      await users.create(user)
      await users.markDeleted(user.id, later())
      const left = sampleCredential({ userId: user.id })
      await database()
        .collection<{ _id: string }>('kith_credentials')
        .insertOne(toStored(credentialDocument(left)))
      expect(await credentials.byUser(user.id)).toEqual([left])
      await users.purge(user.id)
      expect(await credentials.bySubject(left.kind, left.subject)).toBeNull()
    })

    test('with a duplicate id are refused as such, and the existing one stays', async () => {
      const { users, credentials } = await emptied()
      const user = sampleUser()
      await users.create(user)
      const first = sampleCredential({ userId: user.id })
      await credentials.add(first, 9)
      await expect(
        credentials.add(sampleCredential({ userId: user.id, id: first.id }), 9),
      ).rejects.toMatchObject({
        code: 'storage-failed',
        detail: 'The id of the credential is in use: every id must be new.',
      })
      expect(await credentials.byUser(user.id)).toEqual([first])
    })
  })
}
