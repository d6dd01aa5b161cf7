import { Collection, type Document } from 'mongodb'
import { afterEach, expect, test, vi } from 'vitest'
import { later, sampleCode } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { useStorages } from '../test/emptied-storage.ts'
import { codeDocument } from './code-document.ts'
import { toStored } from './stored-ids.ts'

afterEach(() => vi.restoreAllMocks())

await describeWithMongo('codes', { topology: 'replica-set' }, (mongo) => {
  const { emptied } = useStorages(mongo)

  test('a code that another call inserts at the same moment is replaced, and keeps its number of tries', async () => {
    const { codes } = await emptied()
    const code = sampleCode()
    const document = toStored(codeDocument({ ...code, tries: 2 })) as unknown as Document
    // As a server responds to an upsert that finds nothing, and is too late to insert.
    vi.spyOn(Collection.prototype, 'updateOne').mockImplementationOnce(async function (this: Collection) {
      await this.insertOne({ ...document })
      await this.insertOne({ ...document })
      throw new Error('two with one id')
    })
    await codes.issue(code)
    expect(await codes.find({ ...code, now: later() })).toEqual({ ...code, tries: 2 })
  })

  test('a code that gets the right secret between the lookup and the try is consumed', async () => {
    const { codes } = await emptied()
    const before = sampleCode()
    const after = { ...before, hashes: ['of another one'], createdAt: later(1) }
    await codes.issue(before)
    const original = Reflect.get(Collection.prototype, 'findOneAndDelete')
    vi.spyOn(Collection.prototype, 'findOneAndDelete').mockImplementationOnce(async function (
      this: Collection,
      ...given: Parameters<Collection['findOneAndDelete']>
    ) {
      const found = await original.apply(this, given)
      await codes.issue(after)
      return found
    })
    const attempt = { ...after, hash: 'of another one', now: later(2) }
    expect(await codes.consume(attempt)).toEqual({ outcome: 'consumed', code: after })
  })
})
