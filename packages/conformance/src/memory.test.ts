import {
  createMemoryBlobs,
  createMemoryRateLimits,
  createMemoryRevocations,
  createMemoryStorage,
} from '@kith/core/memory'
import { describe, expect, test } from 'vitest'
import {
  blobStoreCases,
  edgeStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  rateLimitsCases,
  revocationsCases,
  runCases,
  servedBlobStoreCases,
  sessionStoreCases,
  storageCases,
  userStoreCases,
} from './index.ts'

describe('the memory reference keeps every promise', () => {
  runCases(test, userStoreCases, async () => createMemoryStorage().users)
  runCases(test, sessionStoreCases, async () => createMemoryStorage().sessions)
  runCases(test, edgeStoreCases, async () => createMemoryStorage().edges)
  runCases(test, postStoreCases, async () => createMemoryStorage())
  runCases(test, mediaStoreCases, async () => createMemoryStorage())
  runCases(test, feedStoreCases, async () => createMemoryStorage())
  runCases(test, revocationsCases, async () => createMemoryRevocations())
  runCases(test, rateLimitsCases, async () => createMemoryRateLimits())
  runCases(test, blobStoreCases, async () => createMemoryBlobs())
  runCases(test, servedBlobStoreCases, async () => createMemoryBlobs())
  runCases(test, storageCases, async () => createMemoryStorage())
})

test('every case has a name of its own', () => {
  const all = [
    blobStoreCases,
    servedBlobStoreCases,
    edgeStoreCases,
    feedStoreCases,
    mediaStoreCases,
    postStoreCases,
    userStoreCases,
    sessionStoreCases,
    revocationsCases,
    rateLimitsCases,
    storageCases,
  ].flat()
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})
