/** What no stored file may reveal: a name, and a place. */
export const secret = 'PRIVATE'
export const place = '+52.5200+013.4050/'
