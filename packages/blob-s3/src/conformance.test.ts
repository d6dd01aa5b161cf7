import {
  blobStoreCases,
  type DirectConditions,
  directUploadsCases,
  grantedBlobStoreCases,
  markedBlobStoreCases,
  publicBlobStoreCases,
  runCases,
} from '@kith/conformance'
import { describe, test } from 'vitest'
import { grantedOf, publicOf } from '../../../test/blob-samples.ts'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import { openMedia } from '../test/s3-media.ts'

const conditions: DirectConditions = {
  sizeNotPinned: null,
  kindNotMeasured: 'S3 keeps the type that was signed and looks at no bytes',
  pixelsNotMeasured: 'S3 looks at no bytes',
}

await describeWithS3('S3', {}, (s3) => {
  runCases(test, blobStoreCases, async () => openMedia(s3()).blobs)
  runCases(test, markedBlobStoreCases, async () => openMedia(s3()).blobs)
  runCases(test, grantedBlobStoreCases, async () => grantedOf(openMedia(s3()).blobs))
  runCases(test, publicBlobStoreCases, async () =>
    publicOf(openMedia(s3(), { publicUrl: 'https://cdn.example' }).blobs),
  )
  describe.each(['POST', 'PUT'] as const)('with direct uploads by %s', (sendBy) => {
    runCases(test, directUploadsCases, async () => ({
      ...openMedia(s3(), { sendBy }),
      fetch,
      conditions,
    }))
  })
})
