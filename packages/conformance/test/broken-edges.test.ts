import type { EdgeStore } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { edgeStoreCases } from '../src/index.ts'
import type { SocialStores } from '../src/peopled.ts'
import { addingFlaws, listFlaws } from './broken-edge-adding.ts'
import { edgeEndFlaws } from './broken-edge-ends.ts'
import { followingFlaws } from './broken-following.ts'
import { droppingFlaws, hidingFlaws } from './broken-edge-hiding.ts'

/** A storage whose edges have a flaw. */
function flawed({ breaking, ...flaw }: Broken<EdgeStore>): Broken<SocialStores> {
  return { ...flaw, breaking: ({ edges }) => ({ edges: { ...edges, ...breaking(edges) } }) }
}

testFlaws<SocialStores>(edgeStoreCases, createMemoryStorage, [
  ...[...addingFlaws, ...listFlaws, ...hidingFlaws, ...droppingFlaws].map(flawed),
  ...edgeEndFlaws,
  ...followingFlaws,
])
