/*
 * The version of this program, as package.json and every log and metric say it.
 */
export const version = '0.1.0';
