import { createMemoryStorage } from '@kith/core/memory'
import { runSessionCases } from './session-cases.ts'

runSessionCases(async () => createMemoryStorage())
