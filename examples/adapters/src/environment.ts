/** What an app is configured by: `process.env`, or one made for a test. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The value of a variable that goes with another. @throws RangeError that says what to set */
export function demand(env: Environment, name: string, because: string): string {
  const value = env[name]
  if (value) return value
  throw new RangeError(`${name} is not set, but ${because} is: .env.example says what belongs together.`)
}
