import { createMemoryStorage } from '@kith/core/memory'
import { sessionStoreCases } from '../src/index.ts'
import { endFlaws } from './broken-session-ends.ts'
import { rotationFlaws } from './broken-session-rotation.ts'
import { testFlaws } from './broken-store.ts'

testFlaws(sessionStoreCases, () => createMemoryStorage().sessions, [...rotationFlaws, ...endFlaws])
