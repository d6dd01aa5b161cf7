import * as z from 'zod'
import { type Duration, durationAdvice, readDuration } from './duration.ts'

/**
 * The parsed options of an interface: every default is filled in, a duration is a number of seconds with that unit in
 * its name, and the keys in `Absent` are `null` if they were not given.
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

/** An integer of at least `least`. */
export function whole(least: number): z.ZodInt {
  return z.int().min(least)
}

/** A duration, read as seconds. */
export function duration(): z.ZodType<number, Duration> {
  return z
    .custom<Duration>((value) => readDuration(value) !== null, durationAdvice)
    .transform((value) => readDuration(value) ?? 0)
}

/** A port, which is passed on as it is; only its type is checked. */
export function port<Port>(advice = 'give an object'): z.ZodType<Port, Port> {
  return z.custom<Port>((value) => typeof value === 'object' && value !== null, advice)
}

/** A port that an app can omit: then it is `null`. */
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
