import type { Case } from './case.ts'
import { amongTheLiving, type SocialStores } from './peopled.ts'
import { authorCases } from './post-store/authors.ts'
import { creationCases } from './post-store/creation.ts'
import { ownFieldCases } from './post-store/own-fields.ts'
import { removalCases } from './post-store/removal.ts'

/** The promises of `PostStore`. It checks accounts and attaches media, so the cases need an entire storage. */
export const postStoreCases: readonly Case<SocialStores>[] = [
  ...amongTheLiving([...creationCases, ...ownFieldCases, ...removalCases]),
  ...authorCases,
]
