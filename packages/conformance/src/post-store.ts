import type { Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { creationCases } from './post-store/creation.ts'
import { removalCases } from './post-store/removal.ts'

/** The promises of `PostStore`. Posts attach media, so the cases need both stores of one storage. */
export const postStoreCases: readonly Case<Pick<Storage, 'posts' | 'media'>>[] = [
  ...creationCases,
  ...removalCases,
]
