import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { sessionStoreCases } from '../src/index.ts'
import { endFlaws } from './broken-session-ends.ts'
import { rotationFlaws } from './broken-session-rotation.ts'
import { surplusFlaws } from './broken-session-surplus.ts'

testFlaws(sessionStoreCases, () => createMemoryStorage().sessions, [
  ...rotationFlaws,
  ...endFlaws,
  ...surplusFlaws,
])
