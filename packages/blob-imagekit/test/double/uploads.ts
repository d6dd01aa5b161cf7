import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { sniff } from '@kith/core/adapter'
import { runChecks } from './checks.ts'
import { describeAsset, type Library } from './library.ts'
import { Refusal } from './refusal.ts'

/** What uploads need. */
export interface UploadTerms {
  library: Library
  urlEndpoint: string
  /** Whether the request has the private key. @throws Refusal if it has a wrong one */
  isAuthenticated: (request: IncomingMessage) => boolean
  /** @throws Refusal */
  checkToken: (token: string, fields: Record<string, string>) => void
  /** The limits of the plan, in bytes. */
  limits: { image: number; video: number }
}

/** The supported parameters; the others are not needed. */
const known = [
  ...['fileName', 'folder', 'useUniqueFileName', 'overwriteFile', 'isPrivateFile', 'checks', 'token'],
]

/** Stores a file: `POST /api/v1/files/upload` for servers, `POST /api/v2/files/upload` for browsers as well. */
export async function takeUpload(
  request: IncomingMessage,
  version: 'v1' | 'v2',
  { library, urlEndpoint, isAuthenticated, checkToken, limits }: UploadTerms,
): Promise<object> {
  const { file, token, fields } = await readForm(request)
  if (!isAuthenticated(request)) {
    if (version === 'v1' || token === undefined)
      throw new Refusal(401, 'Your request does not contain private API key.')
    checkToken(token, fields)
  }
  if (!file) throw new Refusal(400, 'Your request is missing file parameter.')
  const { fileName = '', folder = '/', checks } = fields
  if (fileName === '') throw new Refusal(400, 'Your request is missing fileName parameter.')
  const unknown = Object.keys(fields).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Refusal(400, `Your request contains the invalid parameter ${unknown}.`)
  const bytes = Buffer.from(await file.arrayBuffer())
  const mime = sniff(bytes) ?? 'application/octet-stream'
  const limit = mime.startsWith('video/') ? limits.video : limits.image
  if (bytes.length > limit) throw new Refusal(400, `The file is larger than the ${limit} bytes of your plan.`)
  if (checks !== undefined) runChecks(checks, { 'file.size': bytes.length, 'file.mime': mime })
  const asset = await library.store(bytes, {
    folder: cleanFolder(folder),
    name: nameOf(fileName, flag(fields, 'useUniqueFileName', true)),
    isPrivate: flag(fields, 'isPrivateFile', false),
    overwrites: flag(fields, 'overwriteFile', true),
  })
  return describeAsset(asset, urlEndpoint)
}

async function readForm(request: IncomingMessage) {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  const form = await new Response(Buffer.concat(parts), { headers }).formData().catch(() => new FormData())
  const { file = null, token, ...fields } = Object.fromEntries(form) as Record<string, string | File>
  return {
    file: typeof file === 'string' ? null : file,
    token: typeof token === 'string' ? token : undefined,
    fields: fields as Record<string, string>,
  }
}

function flag(fields: Record<string, string>, name: string, usual: boolean): boolean {
  const value = fields[name] ?? String(usual)
  if (value !== 'true' && value !== 'false') throw new Refusal(400, `Invalid value of the parameter ${name}.`)
  return value === 'true'
}

function nameOf(fileName: string, isUnique: boolean): string {
  const clean = fileName.replace(/[^\p{L}\p{M}\p{N}._-]/gu, '_')
  return isUnique ? `${clean}_${randomBytes(6).toString('base64url')}` : clean
}

function cleanFolder(folder: string): string {
  const names = folder.split('/').filter((name) => name !== '')
  return names.map((name) => `/${name.replace(/[^\p{L}\p{M}\p{N}_-]/gu, '_')}`).join('')
}
