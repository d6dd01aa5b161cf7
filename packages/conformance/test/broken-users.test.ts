import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { userStoreCases } from '../src/index.ts'
import { changeFlaws } from './broken-user-changes.ts'
import { creationFlaws } from './broken-user-creation.ts'
import { deletionFlaws } from './broken-user-deletion.ts'
import { holdFlaws } from './broken-user-holds.ts'
import { listFlaws } from './broken-user-lists.ts'

testFlaws(userStoreCases, () => createMemoryStorage().users, [
  ...creationFlaws,
  ...changeFlaws,
  ...deletionFlaws,
  ...holdFlaws,
  ...listFlaws,
])
