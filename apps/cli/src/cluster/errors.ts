/*
 * What a cluster says no with, and what to do about it.
 */
import { LastingRefusal } from '../backend/errors.js';

/** 403: this person lacks a right. */
export class MayNot extends LastingRefusal {
  override readonly code = 'MayNot';
}

/** 401: the cluster does not know this person. */
export class NotKnown extends LastingRefusal {
  override readonly code = 'NotKnown';
}

/** The API server does not know the custom resources. */
export class NotInstalled extends LastingRefusal {
  override readonly code = 'NotInstalled';
}
