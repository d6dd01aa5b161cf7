import { describeAsset, type Library } from './library.ts'
import { Refusal } from './refusal.ts'

/** What the library API needs. */
export interface ManagementTerms {
  library: Library
  urlEndpoint: string
  purge: (url: string) => void
  /** What the description extension writes for an image, and when it finishes. */
  describe: (bytes: Buffer) => { text: string | null; afterMillis: number; status?: 'failed' | 'success' }
}

/** A request to the API, without the host. */
export interface ManagementRequest {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown>
}

/** A response; without a body if it is `null`. */
export interface ManagementAnswer {
  status: number
  body: unknown
}

/** Handles requests under `/v1/`. */
export function manage(request: ManagementRequest, terms: ManagementTerms): ManagementAnswer {
  const { library, urlEndpoint } = terms
  const { method, path, query, body } = request
  const [, fileId = '', details = ''] = /^\/v1\/files\/([0-9a-f]{24})(\/details)?$/.exec(path) ?? []
  if (method === 'GET' && path === '/v1/files') return { status: 200, body: list(query, terms) }
  if (method === 'POST' && path === '/v1/files/purge') {
    terms.purge(text(body['url'], 'url'))
    return { status: 201, body: { requestId: '598821f949c0a938d57563bd' } }
  }
  if (method === 'DELETE' && path === '/v1/folder') {
    const folderPath = text(body['folderPath'], 'folderPath')
    if (library.removeFolder(trim(folderPath))) return { status: 204, body: null }
    throw new Refusal(404, `No folder found with folderPath ${folderPath}`, 'FOLDER_NOT_FOUND')
  }
  if (fileId === '') throw new Refusal(404, 'There is no such endpoint.')
  const asset = library.byId(fileId)
  if (!asset) throw new Refusal(404, 'The requested file does not exist.')
  if (method === 'DELETE' && details === '') {
    library.removeFile(fileId)
    return { status: 204, body: null }
  }
  if (method === 'GET' && details !== '') return { status: 200, body: describeAsset(asset, urlEndpoint) }
  if (method === 'PATCH' && details !== '') {
    const [extension, ...others] = Array.isArray(body['extensions']) ? (body['extensions'] as unknown[]) : []
    const { name } = (extension ?? {}) as { name?: unknown }
    if (name !== 'ai-auto-description' || others.length > 0)
      throw new Refusal(400, 'Your request contains an invalid extension.')
    const { text: description, afterMillis, status = 'pending' } = terms.describe(asset.bytes)
    setTimeout(() => (asset.description = description), afterMillis).unref()
    const extensionStatus = { 'ai-auto-description': status }
    return { status: 200, body: { ...describeAsset(asset, urlEndpoint), extensionStatus } }
  }
  throw new Refusal(404, 'There is no such endpoint.')
}

/**
 * Lists files or folders by `type` in one folder, or those with one of the names of a `searchQuery`, for which `type` is
 * ignored; with `sort`, `limit` and `skip`. The rest of the API is not supported here.
 */
function list(query: URLSearchParams, { library, urlEndpoint }: ManagementTerms): object[] {
  const parameters = ['path', 'type', 'sort', 'limit', 'skip', 'searchQuery']
  const unknown = [...query.keys()].find((name) => !parameters.includes(name))
  if (unknown !== undefined) throw new Refusal(400, `Your request contains the invalid parameter ${unknown}.`)
  const path = trim(query.get('path') ?? '/')
  const type = query.get('type') ?? 'file'
  const [limit, skip] = [Number(query.get('limit') ?? 1000), Number(query.get('skip') ?? 0)]
  if (!(limit >= 1 && limit <= 1000 && skip >= 0)) throw new Refusal(400, 'Invalid limit or skip.')
  const sort = query.get('sort') ?? 'ASC_CREATED'
  if (!['ASC_CREATED', 'ASC_NAME'].includes(sort) || !['file', 'folder'].includes(type))
    throw new Refusal(400, 'Invalid sort or type.')
  const names = query.has('searchQuery') ? namesIn(query.get('searchQuery') ?? '') : null
  const assets = library.filesIn(path).map((asset) => ({
    name: asset.name,
    createdAt: asset.createdAt,
    told: describeAsset(asset, urlEndpoint),
  }))
  const folders = library.foldersIn(path).map(({ path: folderPath, createdAt }) => ({
    name: folderPath.slice(folderPath.lastIndexOf('/') + 1),
    createdAt,
    told: {
      type: 'folder',
      name: folderPath.slice(folderPath.lastIndexOf('/') + 1),
      folderPath,
      createdAt: createdAt.toISOString(),
      updatedAt: createdAt.toISOString(),
    },
  }))
  const all = [...(names || type === 'file' ? assets : []), ...(names || type === 'folder' ? folders : [])]
  return all
    .filter(({ name }) => !names || names.includes(name))
    .sort((one, other) =>
      sort === 'ASC_NAME'
        ? Number(one.name > other.name) - Number(one.name < other.name)
        : one.createdAt.getTime() - other.createdAt.getTime(),
    )
    .slice(skip, skip + limit)
    .map(({ told }) => told)
}

/** The supported part of the query language: `name = "a" OR name = "b"`. */
function namesIn(searchQuery: string): string[] {
  return searchQuery.split(' OR ').map((part) => {
    const [, name] = /^name = "([^"]+)"$/.exec(part) ?? []
    if (name === undefined) throw new Refusal(400, 'Your request contains an invalid searchQuery parameter.')
    return name
  })
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Refusal(400, `Your request is missing ${name} parameter.`)
}

function trim(path: string): string {
  const names = path.split('/').filter((name) => name !== '')
  return names.map((name) => `/${name}`).join('')
}
