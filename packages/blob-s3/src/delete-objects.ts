import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3'

/** Deletes objects, of which some need not be there. At most 1,000, as many as a page of a listing has. */
export async function deleteObjects(
  client: S3Client,
  Bucket: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true }
  const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }))
  // Told inside of a 200. Some stores tell of objects, too, that another one has just deleted.
  const error = Errors.find(({ Code }) => Code !== 'NoSuchKey')
  if (error) {
    const { Code = 'InternalError', Message = 'not deleted' } = error
    const httpStatusCode = Code === 'AccessDenied' ? 403 : 503
    throw Object.assign(new Error(Message), { name: Code, $metadata: { httpStatusCode } })
  }
}
