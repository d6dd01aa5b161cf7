import assert from 'node:assert/strict'
import type { Answer } from './answer.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'
import { guardHeader } from './journey-host.ts'
import { ambiguousSpellings, foreignSpellings } from './path-spellings.ts'

const guarded = '/users/register'

/** With 0 where the protocol itself cannot carry a target, as HTTP/2 an absolute one. */
const unreached = [0, 400, 404, 405]

/** Sends what Kith's registration refuses with 422, which is how it shows that it was reached. */
function send(app: JourneyApp, path: string): Promise<Answer> {
  return app.raw(path, { method: 'POST', json: {} })
}

function passedGuard(answer: Answer): boolean {
  return answer.headers.get(guardHeader) !== null
}

/** One path, one route: what the host's own rules see is what runs. */
export const pathJourneys: readonly Journey[] = [
  {
    name: 'paths: the guard of the host on the exact path of a route sees what runs there',
    async run(app) {
      const answer = await send(app, app.conditions.basePath + guarded)
      assert.deepEqual([answer.status, passedGuard(answer)], [422, true])
    },
  },
  {
    name: 'paths: what a router, a proxy or a browser could read in another way is refused',
    async run(app) {
      for (const spelling of ambiguousSpellings(app.conditions.basePath, guarded)) {
        const answer = await send(app, spelling)
        // A Fetch request has been brought into its one form before anybody sees it.
        if (passedGuard(answer)) continue
        const expected = app.conditions.addressesAnsweredByHost === null ? [400] : [400, 404]
        assert.ok(expected.includes(answer.status), `${spelling}: ${answer.status}`)
        if (app.conditions.addressesAnsweredByHost === null) answer.problem('malformed-request')
      }
      assert.deepEqual(app.log, [])
    },
  },
  {
    name: 'paths: no spelling reaches a route behind the guard of the host on its exact path',
    async run(app) {
      for (const spelling of foreignSpellings(app.conditions.basePath, guarded)) {
        const answer = await send(app, spelling)
        assert.ok(passedGuard(answer) || unreached.includes(answer.status), `${spelling}: ${answer.status}`)
      }
      assert.deepEqual(app.log, [])
    },
  },
]
