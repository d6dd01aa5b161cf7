import { createFallbackCaptions, createSketchCaptions } from '@kith/core'
import {
  createMemoryBlobs,
  createMemoryRateLimits,
  createMemoryRevocations,
  createMemoryStorage,
} from '@kith/core/memory'
import { describe, expect, test } from 'vitest'
import {
  auditStoreCases,
  blobStoreCases,
  breachedPasswordsCases,
  captionWriterCases,
  challengeCases,
  codeStoreCases,
  credentialStoreCases,
  directUploadsCases,
  edgeStoreCases,
  factStoreCases,
  feedStoreCases,
  grantedBlobStoreCases,
  identityProviderCases,
  imageProcessorCases,
  markedBlobStoreCases,
  mediaStoreCases,
  messengerCases,
  outboxStoreCases,
  type Pair,
  postStoreCases,
  rateLimitsCases,
  revocationsCases,
  runCases,
  runStorageCases,
  servedBlobStoreCases,
  sessionStoreCases,
  sharedFactStoreCases,
  sharedRateLimitsCases,
  sharedRevocationsCases,
  storageCases,
  userStoreCases,
  videoProcessorCases,
} from './index.ts'

describe('the memory reference keeps every promise', () => {
  runStorageCases(test, async () => createMemoryStorage())
  runCases(test, revocationsCases, async () => createMemoryRevocations())
  runCases(test, rateLimitsCases, async () => createMemoryRateLimits())
  runCases(test, sharedRevocationsCases, async () => asPair(createMemoryRevocations()))
  runCases(test, sharedFactStoreCases, async () => asPair(createMemoryStorage().facts))
  runCases(test, sharedRateLimitsCases, async () => asPair(createMemoryRateLimits()))
  runCases(test, blobStoreCases, async () => createMemoryBlobs())
  runCases(test, servedBlobStoreCases, async () => createMemoryBlobs())
})

describe('the writers that need no model keep every promise', () => {
  runCases(test, captionWriterCases, async () => createSketchCaptions())
  describe('one after another', () =>
    runCases(test, captionWriterCases, async () =>
      createFallbackCaptions([
        { name: 'down', suggest: () => Promise.reject(new Error('down')) },
        createSketchCaptions(),
      ]),
    ))
})

/** What is in memory is shared within a process only. */
function asPair<Port>(port: Port): Pair<Port> {
  return { one: port, other: port }
}

test('every case has a name of its own', () => {
  const all = [
    auditStoreCases,
    blobStoreCases,
    breachedPasswordsCases,
    servedBlobStoreCases,
    grantedBlobStoreCases,
    markedBlobStoreCases,
    codeStoreCases,
    credentialStoreCases,
    directUploadsCases,
    edgeStoreCases,
    factStoreCases,
    sharedFactStoreCases,
    feedStoreCases,
    mediaStoreCases,
    outboxStoreCases,
    postStoreCases,
    userStoreCases,
    sessionStoreCases,
    revocationsCases,
    rateLimitsCases,
    sharedRevocationsCases,
    sharedRateLimitsCases,
    storageCases,
    videoProcessorCases,
    captionWriterCases,
    messengerCases,
    challengeCases,
    identityProviderCases,
  ].flat()
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
})
