import { createSharpImages, type SharpImages, type SharpImagesOptions } from '../src/index.ts'

const opened: SharpImages[] = []

/** Creates a processor that {@link closeImages} closes, so that the processes of many tests do not accumulate. */
export function openImages(options: SharpImagesOptions = {}): SharpImages {
  const images = createSharpImages(options)
  opened.push(images)
  return images
}

export async function closeImages(): Promise<void> {
  await Promise.all(opened.splice(0).map((images) => images.close()))
}
