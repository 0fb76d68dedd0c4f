/*
 * A short stand-in for a row's key (FNV-1a, 32 bits): keys hold whole paths, and an address should stay short.
 */
export function foldMark(key: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(36);
}

export function isFoldMark(text: string): boolean {
  return /^[0-9a-z]{1,7}$/.test(text);
}
