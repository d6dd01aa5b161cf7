import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Answer, nobody, type Process, startThree, type Tokens } from './scale-processes.ts'
import { describeWithRedis } from './servers/describe-servers.ts'

/** No request may hang for longer, whatever is wrong with Redis. */
const hangMillis = 5_000

/** Signs in, and shows the token to every process, so that from now on they know it. */
async function known(processes: readonly Process[]): Promise<Tokens> {
  const { status, tokens = nobody } = (await processes[0]?.login()) ?? {}
  expect(status).toBe(200)
  for (const each of processes) expect((await each.me(tokens)).status).toBe(200)
  return tokens
}

/** Waits until a call is answered with a status; what comes before must not be anything but `meanwhile`. */
async function until(
  status: number,
  meanwhile: readonly number[],
  call: () => Promise<Answer>,
): Promise<Answer> {
  const end = performance.now() + 15_000
  for (;;) {
    const answer = await call()
    expect(answer.millis).toBeLessThan(hangMillis)
    if (answer.status === status) return answer
    expect(meanwhile).toContain(answer.status)
    expect(performance.now()).toBeLessThan(end)
    await wait(5)
  }
}

function demandRefused({ status, retryAfter, millis }: Answer): void {
  expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '1' })
  expect(millis).toBeLessThan(hangMillis)
}

await describeWithRedis('three processes of one app', {}, (redis) => {
  test('a logout in one refuses the token in the others within 100 ms', async () => {
    const [one, ...others] = await startThree(redis())
    const latencies: number[] = []
    for (let round = 0; round < 12; round++) {
      const session = await known([one, ...others])
      expect((await one.logout(session)).status).toBe(204)
      const answered = performance.now()
      for (const other of others) {
        await until(401, [200], () => other.me(session))
        latencies.push(performance.now() - answered)
      }
    }
    expect(latencies.sort((a, b) => a - b)[12]).toBeLessThan(100)
    expect(latencies.at(-1)).toBeLessThan(1_000)
  })

  test('a rate limit holds in all of them together', async () => {
    const processes = await startThree(redis())
    const attempts = processes.flatMap((each, index) =>
      Array.from({ length: 15 }, (_, attempt) => each.login(`nobody-${index}-${attempt}`)),
    )
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(30)
    expect(statuses.filter((status) => status === 429)).toHaveLength(15)
  })

  test.each(['cut off', 'met by silence'] as const)(
    'one whose way to Redis is %s refuses in time, comes back by itself, and knows who left meanwhile',
    async (fault) => {
      const [one, cut, third] = await startThree(redis())
      const live = await known([one, cut, third])
      const doomed = await known([one, cut, third])
      if (fault === 'cut off') await cut.proxy.cut()
      else cut.proxy.stall()
      await until(503, [200], () => cut.me(live))
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => cut.me(live)))) {
        demandRefused(answer)
      }
      demandRefused(await cut.login())
      expect((await one.logout(doomed)).status).toBe(204)
      await until(401, [200], () => third.me(doomed))
      await cut.proxy.heal()
      // Never 200 in between: what it missed is known before it trusts itself.
      await until(401, [503], () => cut.me(doomed))
      await until(200, [503], () => cut.me(live))
      await until(200, [503], () => cut.login())
      expect((await cut.me(doomed)).status).toBe(401)
    },
  )
})

await describeWithRedis('three processes and a Redis that fails', { control: true }, (redis) => {
  test.each(['stopped, and started again empty', 'frozen, and thawed'] as const)(
    '%s: requests are refused in time, work again by themselves, and no revoked session does',
    async (fault) => {
      const processes = await startThree(redis())
      const [one, other] = processes
      const live = await known(processes)
      const [before, during] = [await known(processes), await known(processes)]
      expect((await one.logout(before)).status).toBe(204)
      for (const each of processes) await until(401, [200], () => each.me(before))

      const { control } = redis()
      if (fault.startsWith('stopped')) await control?.kill()
      else control?.freeze()
      for (const each of processes) await until(503, [200], () => each.me(live))
      const calls = processes.flatMap((each) => Array.from({ length: 20 }, () => each.me(live)))
      for (const answer of await Promise.all([...calls, other.login(), one.logout(during)])) {
        demandRefused(answer)
      }
      // The process that was asked to end it does so at once.
      expect((await one.me(during)).status).toBe(401)

      if (fault.startsWith('stopped')) await control?.restart()
      else control?.thaw()
      for (const each of processes) {
        await until(200, [503], () => each.me(live))
        expect((await each.me(before)).status).toBe(401)
      }
      for (const each of processes) await until(401, [200, 503], () => each.me(during))
      await until(200, [503], () => other.login())
    },
  )
})
