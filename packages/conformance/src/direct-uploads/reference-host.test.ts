import { afterAll, describe, test } from 'vitest'
import { blobStoreCases, directUploadsCases, grantedBlobStoreCases, runCases } from '../index.ts'
import { createReferenceHost, type ReferenceHostOptions } from './reference-host.ts'

const close: (() => Promise<void>)[] = []
afterAll(() => Promise.all(close.map((each) => each())))

async function open(options: ReferenceHostOptions = {}) {
  const host = createReferenceHost(options)
  close.push(host.close)
  return host
}

describe('the reference host keeps every promise', () => {
  runCases(test, blobStoreCases, async () => (await open()).blobs)
  runCases(test, grantedBlobStoreCases, async () => (await open()).blobs)
  runCases(test, directUploadsCases, () => open())
})

describe('the reference host that takes files by PUT keeps every promise', () => {
  runCases(test, directUploadsCases, () => open({ method: 'PUT' }))
})
