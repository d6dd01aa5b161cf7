import { basename, dirname } from 'node:path/posix'
import type { ImageKit } from '@imagekit/nodejs'
import type { File as LibraryFile, Folder as LibraryFolder } from '@imagekit/nodejs/resources/files/files'
import type { Patience } from '@kith/core/adapter'
import { unavailable } from './imagekit-errors.ts'
import { atImageKit } from './requests.ts'

/** The maximum page size of ImageKit; the folder of a key has a few files. */
const mostFiles = 1000

/** How many folders are requested at a time. */
const pageSize = 100

/** ImageKit's measurements of a file, as far as Kith needs them. */
export interface StoredFile {
  fileId: string
  path: string
  createdAt: Date
  /** In bytes. */
  size: number
  contentType: string
  /** `null` if it was not measured. */
  pixels: number | null
  /** The result of the description extension. */
  description: string | null
}

/** The files directly in a folder, the oldest first; empty if the folder does not exist. */
export async function filesIn(client: ImageKit, path: string, patience?: Patience): Promise<StoredFile[]> {
  const found = await atImageKit(
    (terms) => client.assets.list({ path, type: 'file', sort: 'ASC_CREATED', limit: mostFiles }, terms),
    patience,
  )
  return demandList(found).map(toStored)
}

/** The paths of the folders directly in a folder that were created before a given time. */
export async function foldersMadeBefore(client: ImageKit, path: string, before: Date): Promise<string[]> {
  const old: LibraryFolder[] = []
  for (let skip = 0; ; skip += pageSize) {
    const found = await atImageKit((terms) =>
      client.assets.list({ path, type: 'folder', sort: 'ASC_CREATED', limit: pageSize, skip }, terms),
    )
    const page = demandList(found)
    const older = page.filter(({ createdAt }) => createdAt !== undefined && new Date(createdAt) < before)
    old.push(...older)
    if (page.length < pageSize || older.length < page.length) break
  }
  return old.flatMap(({ folderPath }) => folderPath ?? [])
}

/** A folder, as far as Kith needs it. */
export interface StoredFolder {
  name: string
  createdAt: Date
}

/** Some of the folders directly in a folder, by name: a page of them, or those with these names. */
export async function foldersIn(
  client: ImageKit,
  path: string,
  which: { skip: number; limit: number } | { names: readonly string[] },
): Promise<StoredFolder[]> {
  const filter =
    'names' in which
      ? { searchQuery: which.names.map((name) => `name = "${name}"`).join(' OR '), limit: mostFiles }
      : { type: 'folder' as const, ...which }
  const found = await atImageKit((terms) => client.assets.list({ path, sort: 'ASC_NAME', ...filter }, terms))
  // A search also returns files.
  return demandList(found as readonly (LibraryFile | LibraryFolder)[]).flatMap((each) => {
    const { type, name, createdAt } = each
    return type === 'folder' && name !== undefined ? [{ name, createdAt: new Date(createdAt ?? 0) }] : []
  })
}

/** Whether the folder exists, empty or not. */
export async function hasFolder(client: ImageKit, path: string): Promise<boolean> {
  return (await foldersIn(client, dirname(path), { names: [basename(path)] })).length > 0
}

function toStored({ fileId, filePath, createdAt, size, mime, ...file }: LibraryFile): StoredFile {
  if (fileId === undefined || filePath === undefined || createdAt === undefined || size === undefined)
    throw unavailable(new Error('ImageKit lists a file without its id'))
  const { width, height, description } = file
  return {
    fileId,
    path: filePath,
    createdAt: new Date(createdAt),
    size,
    contentType: mime ?? '',
    pixels: width === undefined || height === undefined ? null : width * height,
    description: description ?? null,
  }
}

/** An intermediary may respond with something else. */
function demandList<Item>(found: readonly Item[]): readonly Item[] {
  if (Array.isArray(found)) return found as readonly Item[]
  throw unavailable(new Error('ImageKit did not respond with a list'))
}
