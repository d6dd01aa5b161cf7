import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type S3Access, type S3Source, findS3 } from './find-s3.ts'
import { missing } from './find-server.ts'
import { guardedFolder } from './guard.ts'
import { type ServerControl, type ServerProgram, startProcess } from './server-process.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** What a suite needs of its server; it asks for one of our own, not one at a given address. */
export interface S3Options {
  /** The server can be killed, frozen and restarted. */
  control?: boolean
}

/** A store for tests that speaks S3's protocol, with a bucket. */
export interface S3Server extends S3Access {
  /** What it is and where it came from. */
  description: string
  kind: S3Source['kind']
  host: string
  port: number
  /** Null where the server is at a given address: it is not ours to kill. */
  control: ServerControl | null
  /** An account that may do what a bucket policy allows it and nothing else; null where the server is at a given address. */
  clerk: S3Access['credentials'] | null
  /** What the keys of no other test begin with. */
  freshPrefix(): string
  /** Ends it. Where it is at a given address, what tests stored stays: name a bucket that forgets by itself. */
  stop(): Promise<void>
}

const bucket = 'kith-tests'

/** Why no server does what the suite needs, noted loudly; null if one does. @throws if `KITH_TEST_SERVERS` asks for one. */
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

/** What a server at a given address cannot do. */
function lackOf({ control }: S3Options): string | null {
  return control ? 'the server of S3_ENDPOINT is not ours to start and kill' : null
}

/** Starts a server, or uses that of `S3_ENDPOINT`. Ask `s3Missing` first. */
export async function startS3(options: S3Options = {}): Promise<S3Server> {
  const source = await findS3()
  if (source.kind === 'missing') throw new Error(`No S3 server: ${source.reason}`)
  if (source.kind === 'given') return givenServer(source.access, options)
  const credentials = { accessKeyId: 'kith-tests', secretAccessKey: randomUUID() }
  const clerk = { accessKeyId: 'kith-clerk', secretAccessKey: randomUUID() }
  const storagePath = guardedFolder()
  // Each folder in the one that is served is a bucket.
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
      // A connection to a port where nobody listens yet may be one to itself, which says nothing for ever.
      fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
  }
}

function freshPrefix(): string {
  return `kith-${randomUUID()}/`
}
