/** Pixels of red, green and blue, one byte each. */
export type Pixels = Uint8Array

interface Cluster {
  count: number
  red: number
  green: number
  blue: number
}

/** As many as a page can use for a placeholder. */
const maxColors = 5
/** Colors closer than this, of 441 between black and white, count as one. */
const nearness = 56
/** A color on fewer of the pixels than this is not a main one. */
const minShare = 0.02

/**
 * Up to five main colors, most frequent first. Each is the mean of its pixels, so it may not occur in any pixel. The
 * same pixels always result in the same palette.
 */
export function findPalette(pixels: Pixels): string[] {
  const main: Cluster[] = []
  for (const cluster of byCount(collect(pixels))) {
    const near = main.find((other) => distance(other, cluster) < nearness)
    if (near) merge(near, cluster)
    else if (main.length < maxColors) main.push(cluster)
  }
  const least = (pixels.length / 3) * minShare
  return byCount(main)
    .filter(({ count }) => count >= least)
    .map(toHex)
}

/** Groups the pixels into cells of 16 levels per channel. */
function collect(pixels: Pixels): Cluster[] {
  const cells = new Map<number, Cluster>()
  for (let offset = 0; offset + 2 < pixels.length; offset += 3) {
    const [red = 0, green = 0, blue = 0] = [pixels[offset], pixels[offset + 1], pixels[offset + 2]]
    const key = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4)
    const cell = cells.get(key)
    if (cell) merge(cell, { count: 1, red, green, blue })
    else cells.set(key, { count: 1, red, green, blue })
  }
  return [...cells.values()]
}

function merge(into: Cluster, other: Cluster): void {
  into.count += other.count
  into.red += other.red
  into.green += other.green
  into.blue += other.blue
}

function byCount(clusters: Cluster[]): Cluster[] {
  return clusters.toSorted((a, b) => b.count - a.count)
}

function distance(a: Cluster, b: Cluster): number {
  return Math.hypot(
    a.red / a.count - b.red / b.count,
    a.green / a.count - b.green / b.count,
    a.blue / a.count - b.blue / b.count,
  )
}

function toHex({ count, red, green, blue }: Cluster): string {
  const channels = [red, green, blue].map((sum) =>
    Math.round(sum / count)
      .toString(16)
      .padStart(2, '0'),
  )
  return `#${channels.join('')}`
}
