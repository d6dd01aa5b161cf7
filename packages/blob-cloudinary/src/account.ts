/** Whose media these are, as the dashboard of Cloudinary shows it. */
export interface CloudinaryAccount {
  cloudName: string
  apiKey: string
  apiSecret: string
}

/** Reads `cloudinary://key:secret@cloud`, or takes its parts. @throws TypeError */
export function readAccount(account: CloudinaryAccount | string): CloudinaryAccount {
  const parts = typeof account === 'string' ? partsOf(account) : account
  const { cloudName, apiKey, apiSecret } = parts
  if (!/^[\w-]+$/.test(cloudName) || !apiKey || !apiSecret)
    throw new TypeError('`account` is cloudinary://key:secret@cloud, as the dashboard of Cloudinary shows it')
  return { cloudName, apiKey, apiSecret }
}

function partsOf(address: string): CloudinaryAccount {
  // Not by `new URL`, whose errors show what they could not read.
  const [, apiKey = '', apiSecret = '', cloudName = ''] =
    /^cloudinary:\/\/([^:@/]+):([^:@/]+)@([\w-]+)\/?(?:\?.*)?$/.exec(address) ?? []
  return { cloudName, apiKey: decodeURIComponent(apiKey), apiSecret: decodeURIComponent(apiSecret) }
}
