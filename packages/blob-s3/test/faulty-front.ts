import type { Finished } from '../../../test/blob-samples.ts'
import { type Fate as AnyFate, type Front, startFront } from '../../../test/faulty-front.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'

interface Refusal {
  status: number
  code: string
  body?: string
}

/** What happens to a request. */
export type Fate = AnyFate<Refusal>

/** A server in front of a store; it records requests such as `PUT blobs/a/original`. */
export async function startFaultyFront(
  store: S3Server,
  prefix: string,
  finished?: Finished,
): Promise<Front<Refusal> & { server: S3Server }> {
  const front = await startFront<Refusal>({
    host: store.host,
    port: store.port,
    finished,
    nameOf({ method, url = '/' }) {
      const { pathname, searchParams } = new URL(url, store.endpoint)
      const name = pathname.slice(1 + store.bucket.length + 1).replace(prefix, '')
      return [method, name, ...searchParams.keys()].join(' ')
    },
    answer({ status, code, body = `<Error><Code>${code}</Code><Message>not now</Message></Error>` }) {
      const headers = { 'content-type': 'application/xml' }
      return { status, headers, body: `<?xml version="1.0"?>${body}` }
    },
  })
  return { ...front, server: { ...store, endpoint: front.origin, port: front.port } }
}
