import { createMemoryBlobs } from '@kith/core/memory'
import type { BlobMark, BlobStore, GrantedBlobStore, ServedBlobStore } from '@kith/core/ports'
import {
  blobStoreCases,
  createReferenceHost,
  type DirectHost,
  directUploadsCases,
  grantedBlobStoreCases,
  markedBlobStoreCases,
  servedBlobStoreCases,
} from '../../src/index.ts'
import { directFlaws, grantFlaws, markFlaws, servedFlaws } from './media-flaws.ts'
import { ofPart, type Subjects } from './run-mutants.ts'
import { Replay, held } from './streams.ts'

/** Blobs that Kith serves, in both formats. */
export const served: Subjects<{ blobs: ServedBlobStore }> = {
  makeSound: () => ({ blobs: offeringAvif(createMemoryBlobs()) }),
  ports: { blobs: ['list', 'present', 'read'] },
  cases: ofPart('blobs', [...blobStoreCases, ...servedBlobStoreCases]),
  flaws: servedFlaws,
}

/** The mark of the place of blobs. */
export const marks: Subjects<{ marks: BlobMark; blobs: BlobStore }> = {
  makeSound() {
    let mark: string | null = null
    const writeMark = async (written: string): Promise<void> => void (mark = written)
    return { marks: { readMark: async () => mark, writeMark }, blobs: createMemoryBlobs() }
  },
  ports: { marks: ['readMark'] },
  cases: markedBlobStoreCases.map((each) => ({
    ...each,
    run: ({ marks, blobs }) => each.run({ ...blobs, ...marks }),
  })),
  flaws: markFlaws,
}

/** Signed addresses of blobs. */
export const grants: Subjects<{ grants: Pick<GrantedBlobStore, 'grant'>; blobs: GrantedBlobStore }> = {
  makeSound() {
    const { blobs } = createReferenceHost()
    return { grants: { grant: blobs.grant }, blobs }
  },
  ports: { grants: ['grant'] },
  cases: grantedBlobStoreCases.map((each) => ({
    ...each,
    run: ({ grants, blobs }) => each.run({ ...blobs, ...grants }),
  })),
  flaws: grantFlaws,
}

/** Files that browsers send to the host of the media. */
export const direct: Subjects<DirectHost> = {
  makeSound: () => createReferenceHost(),
  ports: { direct: ['sign', 'read'] },
  streams: ['read'],
  cases: directUploadsCases,
  flaws: directFlaws,
}

/**
 * A store of both formats, made of one of WebP alone: what does not move has an AVIF, which is no more than the head of
 * one before the WebP.
 */
function offeringAvif(blobs: ServedBlobStore): ServedBlobStore {
  const head = Buffer.from('\0\0\0\x18ftypavif\0\0\0\0mif1avif', 'latin1')
  return {
    ...blobs,
    formats: ['avif', 'webp'],
    async read(key, form, range) {
      if (form?.format !== 'avif') return await blobs.read(key, form, range)
      const file = await held(await blobs.read(key, form, () => null))
      if (!(file?.bytes instanceof Replay)) return null
      const content = Buffer.concat(file.bytes.chunks)
      if (content.includes('ANMF')) return await blobs.read(key, form, range)
      const avif = Buffer.concat([head, content])
      const told = { contentType: 'image/avif', size: avif.length } as const
      const part = range(told)
      return { ...told, bytes: Replay.of([part ? avif.subarray(part.start, part.end + 1) : avif]) }
    },
  }
}
