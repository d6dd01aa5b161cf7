/** The configuration of an app: `process.env`, or an object for a test. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The value of a variable that another one requires. @throws RangeError that says what to set */
export function demand(env: Environment, name: string, because: string): string {
  const value = env[name]
  if (value) return value
  throw new RangeError(`${name} is not set, but ${because} is: .env.example says what belongs together.`)
}
