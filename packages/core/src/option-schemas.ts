import * as z from 'zod'
import { type Duration, durationAdvice, readDuration } from './duration.ts'

/**
 * The options of an interface as they are once they were read: each default is filled in, a duration is a number of seconds and
 * its name says so, and what stands in `Absent` is `null` where it was not given.
 */
export type Filled<Options, Absent extends keyof Options = never> = {
  readonly [
    Name in keyof Options as Name extends string
      ? IsDuration<Options[Name]> extends true
        ? `${Name}Seconds`
        : Name
      : never
  ]-?: IsDuration<Options[Name]> extends true
    ? number
    : Exclude<Options[Name], undefined> | (Name extends Absent ? null : never)
}

type IsDuration<Option> = [Duration] extends [Option] ? true : false

/** A whole number from `least` on. */
export function whole(least: number): z.ZodInt {
  return z.int().min(least)
}

/** A duration, read as seconds. */
export function duration(): z.ZodType<number, Duration> {
  return z
    .custom<Duration>((value) => readDuration(value) !== null, durationAdvice)
    .transform((value) => readDuration(value) ?? 0)
}

/** A port, which is passed on as it is. What it is made of is checked by its type alone. */
export function port<Port>(advice = 'give an object'): z.ZodType<Port, Port> {
  return z.custom<Port>((value) => typeof value === 'object' && value !== null, advice)
}

/** A port that an app may do without: then it is `null`. */
export function optionalPort<Port>(
  advice?: string,
): z.ZodPipe<z.ZodOptional<z.ZodType<Port, Port>>, z.ZodTransform<Port | null, Port | undefined>> {
  return port<Port>(advice)
    .optional()
    .transform((given) => given ?? null)
}

/** A function, which is passed on as it is. */
export function callable<Call>(): z.ZodType<Call, Call> {
  return z.custom<Call>((value) => typeof value === 'function', 'give a function')
}
