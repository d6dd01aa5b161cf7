import { sendByHttp } from '@kith/conformance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { findRuntime } from '../servers/find-runtime.ts'
import { missing } from '../servers/find-server.ts'
import { noteUsed } from '../servers/test-run.ts'
import { registerRuntimeCases } from './runtime-cases.ts'
import { type RuntimeProcess, startRuntime } from './runtime-process.ts'

const names: string[] = []
registerRuntimeCases((name) => names.push(name), { freshPath: () => ':memory:', sendTo: sendByHttp })

for (const name of ['bun', 'deno'] as const) {
  const program = await findRuntime(name)
  if (program.kind === 'missing') {
    describe.skip(`${name}: ${missing(`${name} could not be fetched from npm: ${program.reason}`)}`)
    continue
  }
  describe(name, () => {
    let runtime: RuntimeProcess
    beforeAll(() => {
      runtime = startRuntime(program)
      noteUsed(`${name} ${program.version}`)
    })
    afterAll(() => runtime.stop())
    for (const each of names) test(each, () => runtime.run(each))
  })
}
