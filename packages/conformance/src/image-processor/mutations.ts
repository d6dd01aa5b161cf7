/** Pseudorandom numbers, the same for the same seed: mulberry32. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) % below
  }
}

/** Values that counts and sizes break at. */
const edges = [0, 1, 0x7f, 0x80, 0xff]

/** Broken copies of real files, the same for the same seed: changed, cut, doubled and combined. */
export function* mutations(files: readonly Buffer[], count: number, seed: number): Generator<Buffer> {
  const pick = chance(seed)
  for (let index = 0; index < count; index++) {
    const whole = Buffer.from(files[index % files.length] ?? Buffer.alloc(1))
    const at = pick(whole.length)
    const length = 1 + pick(64)
    switch (pick(5)) {
      case 0:
        yield whole.subarray(0, 16 + pick(whole.length))
        break
      case 1:
        yield Buffer.concat([whole.subarray(0, at), whole.subarray(Math.max(0, at - length))])
        break
      case 2:
        yield Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)])
        break
      default:
        for (let change = 0; change <= pick(8); change++) {
          // Most size fields are at the beginning.
          const place = pick(2) ? pick(whole.length) : pick(Math.min(whole.length, 200))
          whole[place] = pick(2) ? pick(256) : (edges[pick(edges.length)] ?? 0)
        }
        yield whole
    }
  }
}
