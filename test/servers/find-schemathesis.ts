import { join } from 'node:path'
import { firstOf, missing } from './find-server.ts'
import { programsOf } from './python-venv.ts'
import { oncePerRun } from './test-run.ts'

/** Calls an API according to its description, and checks that the responses match it. */
const schemathesis = 'schemathesis==4.32.5'

/** The program, or `null` if it is not available: the end of the run says why. */
export async function findSchemathesis(): Promise<string | null> {
  const found = await oncePerRun('schemathesis', () =>
    firstOf([
      async () => ({ kind: 'venv' as const, path: join(await programsOf(schemathesis), 'schemathesis') }),
    ]),
  )
  if (found.kind === 'venv') return found.path
  missing(`the description is not checked by schemathesis: ${found.reason}`)
  return null
}
