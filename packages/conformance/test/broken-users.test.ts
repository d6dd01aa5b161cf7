import { createMemoryStorage } from '@kith/core/memory'
import { userStoreCases } from '../src/index.ts'
import { testFlaws } from './broken-store.ts'
import { changeFlaws } from './broken-user-changes.ts'
import { creationFlaws } from './broken-user-creation.ts'
import { deletionFlaws } from './broken-user-deletion.ts'
import { listFlaws } from './broken-user-lists.ts'

testFlaws(userStoreCases, () => createMemoryStorage().users, [
  ...creationFlaws,
  ...changeFlaws,
  ...deletionFlaws,
  ...listFlaws,
])
