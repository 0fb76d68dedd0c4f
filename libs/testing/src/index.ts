/*
 * What tests of several libs and apps need. Never part of the product.
 */
export { ANY_NODE, anyReport, anyRow } from './any-report.js';
export { someReport, type ReportShape } from './some-report.js';
