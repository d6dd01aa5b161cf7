import { S3Client } from '@aws-sdk/client-s3'
import { createS3Media } from '@kith/blob-s3'
import { demand } from '../environment.ts'
import type { MediaHost, Opening } from './media-host.ts'

/** A bucket. Without keys in the environment the client looks for them where AWS tools do. */
export function openS3({ env, images }: Opening): MediaHost {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId } = env
  const sendBy = env['S3_SEND_BY'] || 'POST'
  if (sendBy !== 'POST' && sendBy !== 'PUT') throw new RangeError('S3_SEND_BY must be POST or PUT.')
  const client = new S3Client({
    region: env['S3_REGION'] || 'us-east-1',
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(accessKeyId && {
      credentials: {
        accessKeyId,
        secretAccessKey: demand(env, 'S3_SECRET_ACCESS_KEY', 'S3_ACCESS_KEY_ID'),
      },
    }),
  })
  return createS3Media({
    client,
    bucket: demand(env, 'S3_BUCKET', 'S3'),
    publicUrl: env['S3_PUBLIC_URL'] || undefined,
    images,
    sendBy,
  })
}
