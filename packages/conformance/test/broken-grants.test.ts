import { type GrantedBlobStore, isBlobKey } from '@kith/core/ports'
import { testFlaws } from '../../../test/flaws.ts'
import { createReferenceHost, grantedBlobStoreCases } from '../src/index.ts'

const time = 'blobs/grant-expires'
const putOff = 'blobs/grant-not-extendable'
const own = 'blobs/grant-bound'
const noKey = 'blobs/grant-invalid-key'

testFlaws<GrantedBlobStore>(grantedBlobStoreCases, () => createReferenceHost().blobs, [
  {
    flaw: 'grants for ever',
    breaking: () => createReferenceHost({ pins: ['key', 'rendition'] }).blobs,
    fails: [time, putOff],
  },
  {
    flaw: 'grants all blobs at once',
    breaking: () => createReferenceHost({ pins: ['rendition', 'until'] }).blobs,
    fails: [own],
  },
  {
    flaw: 'grants all renditions of a blob at once',
    breaking: () => createReferenceHost({ pins: ['key', 'until'] }).blobs,
    fails: [own],
  },
  {
    flaw: 'grants for any text',
    breaking: ({ grant }) => ({
      grant: (key, rendition, terms) => grant(isBlobKey(key) ? key : 'some-key', rendition, terms),
    }),
    fails: [noKey],
  },
  {
    flaw: 'throws for what is no key',
    breaking: ({ grant }) => ({
      async grant(key, rendition, terms) {
        const url = await grant(key, rendition, terms)
        if (url === null) throw new TypeError('no key')
        return url
      },
    }),
    fails: [noKey],
  },
])
