/** What an encoder has written. */
export interface Encoded {
  /** What a decoder has to know before the first frame; empty where that is nothing. */
  config: Buffer
  frames: readonly Buffer[]
}

function frame(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}

/** H.264, of 64 × 48: one picture, and another that refers to it. */
export const avc: Encoded = {
  config: frame('AWQACv/hABhnZAAKrHYREewEQAAAAwBAAAAFA8SJYRgBAAdo6EODksiw/fj4AA=='),
  frames: [
    frame(
      'AAABMGWIgIAf0ioBfcPr2/9OfiRwjD9bUiRU74Kt6AUFjcSVXDFnvUP2ioqbBjNP7/9bgBRdvhNgigiihGFhSVvpV0N4T7muCjTc9TSEsFT/' +
        'QCeJ8bAF77M51nTRbo4VkQoCTltvVCJ1XrowWSpbuf5kdC1L9bV0PGUFfxFF1CjJd08MgOTvp3fWjdHePPh8+4GvJZ2iV9FI/FbWn0tf3lSJ' +
        '9yo939uFf5ZzRKq+TG7OAJRXM+fzBiNQ1G2cwyF3Lqc/GGK/+o3Al1q/Nd+boigNr7GAtUWTzgQfKZy77l/9cdx3JROlA7qVSab2K4MzX62f' +
        'xWxepMyvoseUU0cf8hrI9FPZnmAY1Q/4mXderThF1HANfKkZDkiWm21nosKYrbwRxI/EJhINzOGfJLDvjjrYxvE=',
    ),
    frame('AAAAIkGaCNsTf93xBbEcPyMs5N4SAyh8Rg36C5+C50Wm1EHm90A='),
  ],
}

/** AAC: two frames of 64 ms. */
export const aac: Encoded = {
  config: frame('FAg='),
  frames: [
    frame(
      'AN4wqNYoIdS88b//pfb//z7Irea3pft798TJxN55DZrHRsdGx1dsWN17XePaDoWuqoR+fVy1U4AEvTvbDwAV1bGJzrXOilElElEiCUbmcext' +
        'c4isY2QizHqiZQgEVirOXIvcTiEUyCZ7jv918iQZiDIEotMN84A=',
    ),
    frame(
      'AN4wqNY2IdDjn5z/+pv//3XCZvXdTTjnesvgVQnp3FRs9Oz0jx7rPn3wOlbblW2lMVSk0ZKOAEPIsqEmgBZUNdTh0SNJNJNgzs9Ds7KzuYRb' +
        '5OixFM5KZRKARSMTNBQPbpxWTwM5Vli2SLSTxMhgZoKJRaYWcA==',
    ),
  ],
}

/** VP8, of 64 × 48: a red picture and a blue one. */
export const vp8: Encoded = {
  config: Buffer.alloc(0),
  frames: [
    frame('cAMAnQEqQAAwAD9xuNZjtK8rJqKoApAuCWcA1MgHe7U0+EEAAP7eEnQ0afh/8UPNb2Dp3OuEMhAAAA=='),
    frame('0AMAnQEqQAAwAD9xuNZjtK8rJqKoApAuCWcAzrivsErvlbFHjwQAAP7oOL/bb34eawPRTS4uf2EbL6pmjaAAAA=='),
  ],
}

/** Opus: two frames of 20 ms. */
export const opus: Encoded = {
  config: frame('T3B1c0hlYWQBATgBgD4AAAAAAA=='),
  frames: [frame('SDqOkdxydxIfZSDxcJ6XmkohZUZM6+zi3zqM'), frame('SDqOkdxyd7w7RgAkH0snuMhV/orm75aaJRYbRPA=')],
}
