import sharp from 'sharp'

/** A JPEG whose metadata contains text, in each of the places that processors read: EXIF, XMP and a comment. */
export async function drawTalkingPicture(text: string): Promise<Buffer> {
  const xml = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:description>${text}</dc:description></x:xmpmeta>`
  const jpeg = await sharp({ create: { width: 1600, height: 1200, channels: 3, background: '#2050c0' } })
    .withExif({ IFD0: { ImageDescription: text, Artist: text }, IFD2: { UserComment: text } })
    .withXmp(xml)
    .jpeg()
    .toBuffer()
  const comment = Buffer.from([0xff, 0xfe, 0, 0])
  comment.writeUInt16BE(text.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), comment, Buffer.from(text), jpeg.subarray(2)])
}
