import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type S3Access, type S3Source, findS3 } from './find-s3.ts'
import { missing } from './find-server.ts'
import { guardedFolder } from './guard.ts'
import { type ServerControl, type ServerProgram, startProcess } from './server-process.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** What a suite needs from its server; it needs our own server, not one at a given URL. */
export interface S3Options {
  /** The server can be killed, frozen and restarted. */
  control?: boolean
}

/** An S3-compatible store for tests, with a bucket. */
export interface S3Server extends S3Access {
  /** Its kind and origin. */
  description: string
  kind: S3Source['kind']
  host: string
  port: number
  /** Null if the server is at a given URL: tests must not kill it. */
  control: ServerControl | null
  /** An account that may only do what a bucket policy allows; null if the server is at a given URL. */
  clerk: S3Access['credentials'] | null
  /** A key prefix that no other test uses. */
  freshPrefix(): string
  /** Ends it. At a given URL, the data of the tests stays: use a bucket with a lifecycle rule. */
  stop(): Promise<void>
}

const bucket = 'kith-tests'

/** Why no server meets the needs of the suite, reported prominently; null if one does. @throws if `KITH_TEST_SERVERS` requires one. */
export async function s3Missing(options: S3Options = {}): Promise<string | null> {
  const source = await findS3()
  if (source.kind === 'missing') {
    return missing(
      `no S3 server: ${source.reason}. Set S3_ENDPOINT, put versitygw or Go on the PATH, or have Python 3.10 to 3.13.`,
    )
  }
  const lack = source.kind === 'given' ? lackOf(options) : null
  if (lack) noteSkipped(lack)
  return lack
}

/** What a server at a given URL cannot do. */
function lackOf({ control }: S3Options): string | null {
  return control ? 'the server of S3_ENDPOINT is not ours to start and kill' : null
}

/** Starts a server, or uses the one at `S3_ENDPOINT`. Check `s3Missing` first. */
export async function startS3(options: S3Options = {}): Promise<S3Server> {
  const source = await findS3()
  if (source.kind === 'missing') throw new Error(`No S3 server: ${source.reason}`)
  if (source.kind === 'given') return givenServer(source.access, options)
  const credentials = { accessKeyId: 'kith-tests', secretAccessKey: randomUUID() }
  const clerk = { accessKeyId: 'kith-clerk', secretAccessKey: randomUUID() }
  const storagePath = guardedFolder()
  // Each folder in the served one is a bucket.
  mkdirSync(join(storagePath, bucket))
  const { port, control, stop } = await startProcess(versitygw(source.path, { credentials, clerk }), {
    storagePath,
  })
  const description = `versitygw (${source.origin})`
  noteUsed(description)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
    bucket,
    description,
    kind: source.kind,
    host: '127.0.0.1',
    port,
    control,
    clerk,
    freshPrefix,
    stop,
  }
}

function givenServer(access: S3Access, options: S3Options): S3Server {
  const lack = lackOf(options)
  if (lack) throw new Error(lack)
  const { hostname: host, port, protocol } = new URL(access.endpoint)
  const description = `${host} (S3_ENDPOINT)`
  noteUsed(description)
  return {
    ...access,
    description,
    kind: 'given',
    host,
    port: Number(port) || (protocol === 'http:' ? 80 : 443),
    control: null,
    clerk: null,
    freshPrefix,
    stop: async () => {},
  }
}

interface Accounts {
  credentials: S3Access['credentials']
  clerk: S3Access['credentials']
}

function versitygw(path: string, { credentials, clerk }: Accounts): ServerProgram {
  const { accessKeyId: access, secretAccessKey: secret } = clerk
  const accounts = guardedFolder()
  const user = { access, secret, role: 'user', userID: 0, groupID: 0, projectID: 0 }
  writeFileSync(join(accounts, 'users.json'), JSON.stringify({ accessAccounts: { [access]: user } }))
  return {
    command: path,
    arguments: (port, folder) => [
      ...['--port', `127.0.0.1:${port}`, '--health', '/health', '--quiet', '--iam-dir', accounts],
      ...['--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey, 'posix', folder],
    ],
    isReady: (port) =>
      // Before anything listens on a port, a connection may connect to itself, which never responds.
      fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
  }
}

function freshPrefix(): string {
  return `kith-${randomUUID()}/`
}
