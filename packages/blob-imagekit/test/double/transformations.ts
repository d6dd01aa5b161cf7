import sharp, { type FitEnum } from 'sharp'
import type { Asset } from './library.ts'
import { Refusal } from './refusal.ts'

/** One step of a transformation: its parameters, each once. */
type Step = ReadonlyMap<string, string>

const crops: Readonly<Record<string, { fit: keyof FitEnum; enlarges: boolean }>> = {
  maintain_ratio: { fit: 'cover', enlarges: true },
  at_max: { fit: 'inside', enlarges: false },
  force: { fit: 'fill', enlarges: true },
}

const values: Readonly<Record<string, RegExp>> = {
  w: /^[1-9]\d{0,4}$/,
  h: /^[1-9]\d{0,4}$/,
  c: /^(?:maintain_ratio|at_max|force)$/,
  f: /^(?:webp|png|jpg|avif)$/,
  q: /^(?:[1-9]\d?|100)$/,
  orig: /^true$/,
}

/** Parses a transformation: steps between `:`, parameters between `,`, each a name, `-` and a value. */
export function parseTransformation(text: string): Step[] {
  return text.split(':').map((step) => {
    const parameters = step.split(',').map((parameter) => {
      const [, name = '', value = ''] = /^([a-z]+)-(.+)$/.exec(parameter) ?? []
      if (!values[name]?.test(value)) throw new Refusal(400, `Invalid transformation parameter ${parameter}`)
      return [name, value] as const
    })
    const read = new Map(parameters)
    if (read.size < parameters.length) throw new Refusal(400, `A parameter stands twice in ${step}`)
    return read
  })
}

/** A delivered file. Unless the original is requested, it is in the format that suits browsers: WebP. */
export async function transform(
  { bytes, mime }: Asset,
  steps: readonly Step[],
): Promise<{ bytes: Buffer; mime: string }> {
  if (steps.some((step) => step.get('orig') === 'true')) return { bytes, mime }
  if (!mime.startsWith('image/')) {
    if (steps.length > 0) throw new Refusal(400, 'The file is no image.')
    return { bytes, mime }
  }
  let made = bytes
  for (const step of steps) made = await resize(made, step)
  const format = steps.at(-1)?.get('f') ?? 'webp'
  const written = await sharp(made)
    .toFormat(format as 'webp')
    .toBuffer()
  return { bytes: written, mime: `image/${format === 'jpg' ? 'jpeg' : format}` }
}

async function resize(bytes: Buffer, step: Step): Promise<Buffer> {
  const { fit = 'cover', enlarges = true } = crops[step.get('c') ?? 'maintain_ratio'] ?? {}
  const side = (name: 'w' | 'h'): number | undefined => (step.has(name) ? Number(step.get(name)) : undefined)
  return await sharp(bytes)
    .resize(side('w'), side('h'), { fit, withoutEnlargement: !enlarges })
    .png()
    .toBuffer()
}
