import type { EdgeStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import { addingCases } from './edge-store/adding.ts'
import { droppingCases } from './edge-store/dropping.ts'
import { edgeEndCases } from './edge-store/ends.ts'
import { followingCases } from './edge-store/following.ts'
import { hidingCases } from './edge-store/hiding.ts'
import { listCases } from './edge-store/lists.ts'
import { amongTheLiving, type SocialStores } from './peopled.ts'

const edgeCases: readonly Case<EdgeStore>[] = [...addingCases, ...listCases, ...hidingCases, ...droppingCases]

/** The promises of `EdgeStore`. It checks accounts and posts before it adds, so the cases need an entire storage. */
export const edgeStoreCases: readonly Case<SocialStores>[] = [
  ...amongTheLiving<SocialStores>(
    edgeCases.map((each) => ({ ...each, run: ({ edges }) => each.run(edges) })),
  ),
  ...edgeEndCases,
  ...followingCases,
]
