/** Known compatible brands. Others identify one program, or are arbitrary text. */
const brands = new Set([
  'isom',
  'iso2',
  'iso3',
  'iso4',
  'iso5',
  'iso6',
  'iso7',
  'iso8',
  'iso9',
  'mp41',
  'mp42',
  'avc1',
  'hvc1',
  'hev1',
  'av01',
  'vp09',
  'qt  ',
  'M4V ',
  'M4VH',
  'M4VP',
  'MSNV',
  'dash',
  'msdh',
  'msix',
  'cmfc',
  'cmf2',
  '3gp4',
  '3gp5',
  '3gp6',
  '3gp7',
])

/** Cleans the content of an `ftyp` or `styp`: unknown brands are replaced by that of any MP4. */
export function cleanBrands(content: Buffer): number | null {
  if (content.length < 8) return null
  content.fill(0, 4, 8)
  const length = content.length - (content.length % 4)
  for (let at = 0; at < length; at += 4) {
    if (at === 4 || brands.has(content.toString('latin1', at, at + 4))) continue
    content.write('isom', at, 'latin1')
  }
  return length
}
