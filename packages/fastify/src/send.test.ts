import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { send } from './send.ts'

test.each(['the host has responded meanwhile', 'a hook of the host fails'])(
  'the resources of a response are released even if %s',
  async (how) => {
    const body = Readable.from([Buffer.from('ours')])
    const app = fastify()
    onTestFinished(() => app.close())
    const isAnswered = how.includes('meanwhile')
    if (!isAnswered) {
      app.addHook('onSend', async () => {
        throw new Error('of the host')
      })
    }
    app.get('/', (_request, reply) => {
      if (isAnswered) reply.code(503).send('host')
      return send(reply, { status: 200, headers: {}, body }, 1)
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const response = await fetch(url)
    expect(await response.text()).toContain('host')
    for (let looks = 0; looks < 50 && !body.destroyed; looks++) await wait(10)
    expect(body.destroyed).toBe(true)
  },
)
