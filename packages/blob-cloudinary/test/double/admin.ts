import { type DoubleAssets, describeAsset } from './assets.ts'
import { refuse } from './refuse.ts'
import type { DoubleAccount } from './signatures.ts'

// https://cloudinary.com/documentation/admin_api

/** Refuses callers without a key: `authorization` is Basic. */
export function demandKey(authorization: string | undefined, { apiKey, apiSecret }: DoubleAccount): void {
  const expected = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`
  if (authorization === undefined) refuse(401, 'Authorization required')
  if (authorization !== expected) refuse(401, 'api_secret mismatch')
}

/** One asset, a page of them, or the deleted ones. */
export function answerAdmin(
  assets: DoubleAssets,
  method: string,
  { parts, query }: { parts: readonly string[]; query: URLSearchParams },
): Record<string, unknown> {
  const [resourceType = '', type = '', ...rest] = parts
  if (!['image', 'video', 'raw'].includes(resourceType)) refuse(400, `Invalid resource type ${resourceType}`)
  const publicId = rest.join('/')
  if (method === 'GET' && publicId !== '')
    return describeAsset(
      assets.get(resourceType, type, publicId) ?? refuse(404, `Resource not found - ${publicId}`),
    )
  const all = assets.list(resourceType, type)
  if (method === 'GET') {
    const ids = query.getAll('public_ids[]')
    if (ids.length > 100) refuse(400, 'Too many public_ids: at most 100')
    // A list by name contains all of them, without a cursor.
    if (ids.length > 0)
      return { resources: all.filter(({ publicId }) => ids.includes(publicId)).map(describeAsset) }
    const most = Number(query.get('max_results') ?? 10)
    if (most < 1 || most > 500) refuse(400, 'max_results must be between 1 and 500')
    const found = all.filter((asset) => asset.publicId.startsWith(query.get('prefix') ?? ''))
    const sorted = found.sort((one, other) => (one.publicId < other.publicId ? -1 : 1))
    const after = query.get('next_cursor')
    const rest = after === null ? sorted : sorted.filter((asset) => asset.publicId > after)
    const page = rest.slice(0, most)
    const cursor = rest.length > most ? { next_cursor: page.at(-1)?.publicId } : {}
    return { resources: page.map(describeAsset), ...cursor }
  }
  const ids = query.getAll('public_ids[]')
  if (ids.length === 0) refuse(400, 'Missing required parameter - public_ids')
  if (ids.length > 100) refuse(400, 'Too many public_ids: at most 100')
  const deleted = ids.map((id) => {
    const asset = assets.get(resourceType, type, id)
    if (asset) assets.remove(asset, query.get('invalidate') === 'true')
    return [id, asset ? 'deleted' : 'not_found']
  })
  return { deleted: Object.fromEntries(deleted) as unknown, partial: false }
}
