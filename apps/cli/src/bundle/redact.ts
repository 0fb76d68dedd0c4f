/*
 * What is secret is taken out of texts and objects before they leave this machine. Pure. Rather too much than too little:
 * what is called a secret, what looks like one, every environment variable that is not ours, and every annotation that
 * nobody needs.
 */
export const REMOVED = '(removed)';

const SECRET_NAME =
  /(?:pass(?:word|wd|phrase)?|secret|token|credential|api[-_]?key|private[-_]?key|access[-_]?key|auth(?:orization)?|cookie|session[-_]?id)$/iu;
/** Names of things that are secret, and numbers about them. */
const HARMLESS_NAME =
  /^(?:secretName|tokenExpirationSeconds|automountServiceAccountToken|imagePullSecrets|existingSecret|MEMWARDEN_(?:LINK_)?TOKEN_FILE|MEMWARDEN_AUTH)$/u;

interface Pattern {
  readonly is: RegExp;
  readonly becomes: string;
}

const NAMES =
  'password|passwd|passphrase|secret|token|credential|api[-_]?key|private[-_]?key|access[-_]?key|authorization|cookie';
/** In quotes, which may be missing at the end of what was cut; escaped as in JSON within JSON; or as long as a word. */
const VALUE =
  '(?:\\\\+"[^"\\n]{0,4096}"?|"(?:[^"\\\\\\n]|\\\\.){0,4096}"?|\'[^\'\\n]{0,4096}\'?|[^\\s"\',;&}\\])]{1,4096})';
const NO_SECRET = '(?!\\(removed\\)|null\\b|true\\b|false\\b|\\d{1,4}\\b)';

/**
 * In this order: what is whole first. Every repetition is bounded and none can be read in two ways, so that a text of any
 * length is done in time that is linear in it.
 */
const PATTERNS: readonly Pattern[] = [
  {
    is: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/gu,
    becomes: `-----BEGIN PRIVATE KEY----- ${REMOVED}`,
  },
  // A JSON Web Token: every ServiceAccount has one.
  { is: /\beyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{4,8192}\.[A-Za-z0-9_-]{0,2048}/gu, becomes: REMOVED },
  { is: /\b(bearer|basic)[ \t]{1,8}[A-Za-z0-9+/_.~=-]{6,8192}/giu, becomes: `$1 ${REMOVED}` },
  // redis://user:password@host
  { is: /(:\/\/)[^\s/@"'<>]{1,1024}@/gu, becomes: `$1${REMOVED}@` },
  // --token …
  { is: new RegExp(`(--[a-z-]{0,40}(?:${NAMES})[ \\t]{1,8})(?!-)${NO_SECRET}${VALUE}`, 'giu'), becomes: `$1${REMOVED}` },
  // ?token=…, password: …, "apiKey":"…"
  {
    is: new RegExp(`((?:${NAMES})(?:\\\\*["'])?[ \\t]{0,8}[:=][ \\t]{0,8})${NO_SECRET}${VALUE}`, 'giu'),
    becomes: `$1${REMOVED}`,
  },
];

/** @param known secrets that are known literally: they are taken out wherever they stand */
export function redactText(text: string, known: readonly string[] = []): string {
  const without = known
    .filter((secret) => secret.length >= SHORTEST)
    .reduce((rest, secret) => rest.replaceAll(secret, REMOVED), text);
  return PATTERNS.reduce((rest, { is, becomes }) => rest.replaceAll(is, becomes), without);
}

/** Shorter ones would take words out of sentences. */
const SHORTEST = 8;
const DEEPEST = 64;

/** As JSON has it; the same shape, without what is secret. */
export function redactObject(value: unknown, known: readonly string[] = [], depth = 0): unknown {
  if (depth > DEEPEST) return REMOVED;
  if (typeof value === 'string') return redactText(value, known);
  if (Array.isArray(value)) return redactList(value, known, depth);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => [
    name,
    redactMember({ name, member }, known, depth),
  ]);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}

/** Of a command line, the word after a flag that is called a secret is one. */
function redactList(list: readonly unknown[], known: readonly string[], depth: number): unknown[] {
  return list.map((one, at) => {
    const before = at === 0 ? undefined : list[at - 1];
    const isValue = typeof before === 'string' && before.startsWith('-') && SECRET_NAME.test(before);
    return isValue && typeof one === 'string' ? REMOVED : redactObject(one, known, depth + 1);
  });
}

function redactMember(
  { name, member }: { readonly name: string; readonly member: unknown },
  known: readonly string[],
  depth: number,
): unknown {
  if (name === 'managedFields') return undefined;
  if (name === 'annotations' && isRecord(member)) return redactAnnotations(member, known);
  if (name === 'env' && Array.isArray(member)) return member.map((one) => redactEnv(one, known));
  if (isSecretName(name) && (typeof member === 'string' || typeof member === 'number')) return REMOVED;
  return redactObject(member, known, depth + 1);
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

/** Anything may stand in an annotation; the last applied configuration is the whole object once more. */
const KEPT_ANNOTATIONS =
  /^(?:memwarden\.dev\/|deployment\.kubernetes\.io\/revision$|meta\.helm\.sh\/|checksum\/|helm\.sh\/)/u;

function redactAnnotations(
  annotations: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [
      name,
      KEPT_ANNOTATIONS.test(name) ? redactObject(value, known) : REMOVED,
    ]),
  );
}

/** Only our own settings say what they are set to; where a value is from is no secret. */
function redactEnv(entry: unknown, known: readonly string[]): unknown {
  if (!isRecord(entry)) return REMOVED;
  const { name, value, valueFrom } = entry;
  const isOurs = typeof name === 'string' && name.startsWith('MEMWARDEN_') && !isSecretName(name);
  return {
    name,
    ...(value === undefined ? {} : { value: isOurs ? redactObject(value, known) : REMOVED }),
    ...(valueFrom === undefined ? {} : { valueFrom }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lines that are JSON are taken as the objects that they are. */
export function redactLog(text: string, known: readonly string[] = []): string {
  return text
    .split('\n')
    .map((line) => redactLine(line, known))
    .join('\n');
}

function redactLine(line: string, known: readonly string[]): string {
  if (!line.startsWith('{')) return redactText(line, known);
  try {
    return JSON.stringify(redactObject(JSON.parse(line), known));
  } catch {
    return redactText(line, known);
  }
}
