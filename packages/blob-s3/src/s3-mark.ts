import type { Readable } from 'node:stream'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { eachWithin } from '@kith/core/adapter'
import type { BlobMark } from '@kith/core/ports'
import { patience } from './requests.ts'
import { atS3, isAbsent } from './s3-errors.ts'
import type { S3Place } from './s3-place.ts'

/** Longer than any mark. */
const mostBytes = 1_000

/** An object next to the blobs, so that a wrong bucket or prefix is detected. */
export function markS3({ client, bucket: Bucket, names }: S3Place): BlobMark {
  return {
    async readMark() {
      return await atS3(async () => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: names.mark }))
          let mark = ''
          for await (const part of eachWithin(patience, Body as Readable)) {
            mark += Buffer.from(part).toString()
            if (mark.length > mostBytes) break
          }
          return mark.slice(0, mostBytes).trim()
        } catch (error) {
          if (isAbsent(error)) return null
          throw error
        }
      })
    },
    async writeMark(mark) {
      const what = { Body: `${mark}\n`, ContentType: 'text/plain' }
      await atS3(() => client.send(new PutObjectCommand({ Bucket, Key: names.mark, ...what })))
    },
  }
}
