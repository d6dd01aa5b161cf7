import { type BlobStore, isBlobKey } from '@kith/core/ports'
import type { ImageKitPlace } from './imagekit-place.ts'
import { foldersIn } from './library.ts'

/** A page of folders and the previous one again; ImageKit lists 1,000 together. */
const mostListed = 500
/** How many names are in one search. */
const namesAtOnce = 20

/** What upkeep needs from a media library: each key has a folder, and lookups are budgeted. */
export function listImageKitBlobs({
  client,
  folders,
  budget,
}: ImageKitPlace): Pick<BlobStore, 'list' | 'present'> {
  return {
    async list(after, limit) {
      const [place, last = ''] = after?.split(/:(.*)/s) ?? ['0']
      const count = Math.min(limit, mostListed)
      // ImageKit uses offsets, and as many items as the previous page had may have been removed since.
      const skip = Math.max(0, Number(place) - count)
      budget('upkeep')
      const found = await foldersIn(client, folders.allBlobs, { skip, limit: count * 2 })
      const known = found.findIndex(({ name }) => name > last)
      const begin = known < 0 ? found.length : known
      const page = found.slice(begin, begin + count)
      const end = begin + page.length
      const isEnd = found.length < count * 2 && end === found.length
      const blobs = page.filter(({ name }) => isBlobKey(name))
      return {
        blobs: blobs.map(({ name, createdAt }) => ({ key: name, storedAt: createdAt })),
        next: isEnd ? null : `${skip + end}:${page.at(-1)?.name ?? last}`,
      }
    },
    async present(keys) {
      const present: string[] = []
      for (let from = 0; from < keys.length; from += namesAtOnce) {
        const names = keys.slice(from, from + namesAtOnce)
        // Checked as a key before it is part of a query.
        names.forEach(folders.blob)
        budget('upkeep')
        const found = await foldersIn(client, folders.allBlobs, { names })
        present.push(...found.map(({ name }) => name).filter((name) => names.includes(name)))
      }
      return present
    },
  }
}
