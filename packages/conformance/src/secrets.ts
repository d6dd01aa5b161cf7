/** What no file that is stored may tell: a name, and a place. */
export const secret = 'PRIVATE'
export const place = '+52.5200+013.4050/'
