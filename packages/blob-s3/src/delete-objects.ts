import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3'

/** Deletes objects, some of which may not exist. At most 1,000, the size of a listing page. */
export async function deleteObjects(
  client: S3Client,
  Bucket: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true }
  const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }))
  // Reported inside a 200. Some stores also report objects that were just deleted by another caller.
  const error = Errors.find(({ Code }) => Code !== 'NoSuchKey')
  if (error) {
    const { Code = 'InternalError', Message = 'not deleted' } = error
    const httpStatusCode = Code === 'AccessDenied' ? 403 : 503
    throw Object.assign(new Error(Message), { name: Code, $metadata: { httpStatusCode } })
  }
}
