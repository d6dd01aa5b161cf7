import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { edgeStoreCases } from '../src/index.ts'
import { addingFlaws, listFlaws } from './broken-edge-adding.ts'
import { droppingFlaws, hidingFlaws } from './broken-edge-hiding.ts'

testFlaws(edgeStoreCases, () => createMemoryStorage().edges, [
  ...addingFlaws,
  ...listFlaws,
  ...hidingFlaws,
  ...droppingFlaws,
])
