import manifest from '../../package.json' with { type: 'json' }

/** The release of this package. */
export const version: string = manifest.version
