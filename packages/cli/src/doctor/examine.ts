import { failureOf } from '../failure.ts'
import { checkClock } from './check-clock.ts'
import { checkHttp } from './check-http.ts'
import { checkParts } from './check-parts.ts'
import { checkPasswords } from './check-passwords.ts'
import { checkProcess } from './check-process.ts'
import { checkRedis } from './check-redis.ts'
import { checkUpkeep } from './check-upkeep.ts'
import { type Check, type Finding, type Patient, sentenceOf } from './finding.ts'

const checks: Readonly<Record<string, Check>> = {
  process: checkProcess,
  parts: checkParts,
  passwords: checkPasswords,
  http: checkHttp,
  clock: checkClock,
  redis: checkRedis,
  upkeep: checkUpkeep,
}

/** Runs every check. One that cannot run is a finding, and does not stop the others. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const found = await Promise.all(
    Object.entries(checks).map(async ([name, check]): Promise<Finding[]> => {
      try {
        return await check(patient)
      } catch (error) {
        const meaning = `This could not be checked: ${sentenceOf(error)}`
        const cure = failureOf(error).hint ?? 'Fix the other findings first, and run it again.'
        return [{ check: name, level: 'error', meaning, cure }]
      }
    }),
  )
  return found.flat()
}
