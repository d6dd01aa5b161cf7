import { sendByHttp } from '@kith/conformance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { findRuntime } from '../servers/find-runtime.ts'
import { missing } from '../servers/find-server.ts'
import { noteUsed } from '../servers/test-run.ts'
import { registerRuntimeCases } from './runtime-cases.ts'
import { type RuntimeProcess, startRuntime } from './runtime-process.ts'

/** What the servers of a runtime do not do, whatever app they serve. docs/runtimes.md lists this. */
const limits: Readonly<Record<'bun' | 'deno', readonly string[]>> = {
  bun: [
    // They close the connection after their response, and a client that is still sending may lose it.
    ...['served', 'express', 'fastify'].map((server) => `${server}/host/too-large`),
    // It drops the Content-Length of a response that streams: https://github.com/oven-sh/bun/issues/10507
    'served/host/ranges',
  ],
  deno: ['express/host/too-large', 'fastify/host/too-large'],
}

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
    for (const each of names) {
      const isLimit = limits[name].some((id) => each.startsWith(`${id}:`))
      test.skipIf(isLimit)(each, () => runtime.run(each))
    }
  })
}
