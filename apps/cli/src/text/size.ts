/*
 * Sizes as people read them: three figures and a binary unit. null is unknown and never 0.
 */
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const FIGURES = 3;

export function size(bytes: number | null): string {
  if (bytes === null) return 'unknown';
  let value = Math.abs(bytes);
  let unit = 0;
  // 1023.5 KiB would be printed as 1024 KiB.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const sign = bytes < 0 ? '−' : '';
  return `${sign}${unit === 0 ? value : figures(value)} ${UNITS[unit] ?? ''}`;
}

function figures(value: number): string {
  const whole = value < 9.995 ? 1 : value < 99.95 ? 2 : FIGURES;
  return value.toFixed(Math.max(0, FIGURES - whole));
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '–';
}
