import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OperationId } from '../packages/http/src/operation-ids.ts'
import { root } from '../scripts/packages.ts'
import { type DescribedApp, startDescribedApp } from './described-app.ts'
import { findSchemathesis } from './servers/find-schemathesis.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'kith-openapi-'))
const schemathesis = await findSchemathesis()
let app: DescribedApp
/** An app whose registrations confirm an email: its description differs. */
let confirming: DescribedApp

beforeAll(async () => {
  app = await startDescribedApp()
  confirming = await startDescribedApp({
    accounts: { confirm: 'email', identifiers: { email: 'required' } },
  })
})
afterAll(async () => {
  await app.close()
  await confirming.close()
  rmSync(folder, { recursive: true, force: true })
})

interface LintReport {
  problems: { ruleId: string; message: string; location: { pointer: string }[] }[]
}

test('the description follows the recommended rules of redocly', async () => {
  const document = join(folder, 'openapi.json')
  writeFileSync(document, await app.read())
  const args = ['lint', document, '--extends=recommended', '--format=json']
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const { stdout } = await run(join(root, 'node_modules/.bin/redocly'), args, {
    cwd: folder,
    env: { ...process.env, ...quiet },
  })
  const { problems } = JSON.parse(stdout) as LintReport
  // Warnings. By their schemas, no id of `/media/{id}/confirm` is `avatars` or `files`, and redirects respond with 303.
  expect(problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`)).toEqual([
    'no-ambiguous-paths #/paths/~1media~1avatars~1{file}',
    'no-ambiguous-paths #/paths/~1media~1files~1{id}',
    'operation-2xx-response #/paths/~1auth~1{provider}/get/responses',
    'operation-2xx-response #/paths/~1auth~1{provider}~1callback/get/responses',
    'operation-2xx-response #/paths/~1auth~1{provider}~1callback/post/responses',
  ])
})

/** Valid input that is refused nevertheless, because no schema can express the reason: the statuses, the reason, and the operations. */
const refusedThough: readonly (readonly [status: number, why: string, ...operations: OperationId[]])[] = [
  [
    422,
    'text is trimmed and normalized before it is measured, and letters are counted as people see them',
    ...(['register', 'confirmRegistration', 'beginPasskeyRegistration', 'editMe', 'editPost'] as const),
    ...(['confirmAddress', 'revertAddress', 'resetPassword', 'loginByCode', 'loginByPasskey'] as const),
    ...(['addPasskey', 'renameCredential', 'signInWith', 'linkIdentity', 'impersonate'] as const),
  ],
  [
    422,
    'one of several fields is needed, or exactly one',
    ...(['login', 'sendLoginCode', 'loginByFactor', 'forgotPassword', 'prove'] as const),
    ...(['changeAddress', 'createPost'] as const),
  ],
  [
    422,
    'a password may be easy to guess, and is needed where the account has one',
    'changePassword',
    'deleteMe',
  ],
  [422, 'nobody follows themselves', 'follow'],
  [422, 'a file may be empty', 'upload'],
  [415, 'a file may hold no picture', 'upload'],
  [413, 'how large a file may be depends on its type', 'signUpload'],
]

// They end the session that all the others need.
const endings = ['logout', 'endSessions']

describe.skipIf(!schemathesis)('schemathesis', () => {
  test.each([
    [
      'all operations except those that end the session',
      () => app,
      endings.flatMap((id) => ['--exclude-operation-id', id]),
    ],
    ['those that end it', () => app, endings.flatMap((id) => ['--include-operation-id', id])],
    [
      'a registration that confirms an email',
      () => confirming,
      ['register', 'confirmRegistration'].flatMap((id) => ['--include-operation-id', id]),
    ],
  ])('every response matches its description: %s', async (_name, served, chosen) => {
    const described = served()
    const { url, accessToken } = described
    const config = join(folder, 'schemathesis.toml')
    writeFileSync(config, configFor(described, JSON.parse(await described.read()) as Document))
    const args = [
      ['--config-file', config, 'run', `${url}/openapi.json`, '--url', url, ...chosen],
      ['--header', `Authorization: Bearer ${accessToken}`],
      // 15 seconds on two cores of an idle machine.
      ['--seed', '1', '--max-examples', '5', '--phases', 'coverage,fuzzing', '--no-shrink'],
      ['--warnings', 'off', '--no-color'],
    ].flat()
    const { stdout } = await run(schemathesis ?? '', args, { cwd: folder, maxBuffer: 2 ** 26 }).catch(
      (error: { stdout: string }) => ({ stdout: shortened(error.stdout) }),
    )
    expect(stdout).toMatch(/No issues found/)
    expect(/Tested: (\d+)/.exec(stdout)?.[1]).toBe(/Selected: (\d+)/.exec(stdout)?.[1] ?? 'selected')
  })
})

/** The parts of the description that matter here. */
interface Document {
  paths: Record<string, Record<string, { operationId: OperationId; parameters?: { name: string }[] }>>
}

function configFor({ postId, uploadId }: DescribedApp, { paths }: Document): string {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  // A cursor from another list is still a string.
  const lists = operations.filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'cursor'))
  const accepted = operations.map(({ operationId }) => {
    const more = refusedThough.filter(([, , ...of]) => of.includes(operationId)).map(([status]) => status)
    const statuses = [
      ...['"2xx"', '"3xx"', 401, 403, 404, 409],
      ...(lists.some((list) => list.operationId === operationId) ? [400] : []),
      ...more,
    ]
    return `
[[operations]]
include-operation-id = "${operationId}"
[operations.checks.positive_data_acceptance]
expected-statuses = [${statuses.join(', ')}]
`
  })
  return `
[checks.negative_data_rejection]
# 413: what is wrong may be long as well.
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]

[parameters]
"path.username" = "ada"
"path.provider" = "paper"

[[operations]]
include-path-regex = "^/posts/"
parameters = { "path.id" = "${postId}" }

[[operations]]
include-path-regex = "^/media/"
parameters = { "path.id" = "${uploadId}" }
${accepted.join('')}`
}

/** Its requests may be as long as a body may be. */
function shortened(report: string): string {
  const lines = report.slice(report.indexOf('= FAILURES =')).split('\n')
  return lines
    .map((line) => line.slice(0, 300))
    .slice(0, 200)
    .join('\n')
}
