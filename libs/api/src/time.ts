/*
 * Times as objects have them: RFC 3339, section 5.6.
 */
const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|[+-](\d\d):(\d\d))$/;

export const TIME_EXAMPLE = 'a time such as 2026-11-21T22:00:00Z';

/** Null: it is a time. */
export function timeProblem(text: string): string | null {
  return isTime(text) ? null : `is not a time: write ${TIME_EXAMPLE}`;
}

function isTime(text: string): boolean {
  const found = FORM.exec(text);
  if (found === null) return false;
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] =
    found.map((part: string | undefined) => Number(part ?? 0));
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return isDay && hour <= 23 && minute <= 59 && second <= 59 && zoneHour <= 23 && zoneMinute <= 59;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
