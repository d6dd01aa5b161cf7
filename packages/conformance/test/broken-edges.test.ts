import { createMemoryStorage } from '@kith/core/memory'
import { edgeStoreCases } from '../src/index.ts'
import { addingFlaws, listFlaws } from './broken-edge-adding.ts'
import { droppingFlaws, hidingFlaws } from './broken-edge-hiding.ts'
import { testFlaws } from './broken-store.ts'

testFlaws(edgeStoreCases, () => createMemoryStorage().edges, [
  ...addingFlaws,
  ...listFlaws,
  ...hidingFlaws,
  ...droppingFlaws,
])
